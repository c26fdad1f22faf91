"""Say what people want the rooms of the demo for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants a room at a station, what for, how many come, and whether they have it already."""

    station: str
    name: str
    purpose: str
    people: int
    given: bool = False


WANTED = (
    Wanted("s8", "庄素贞（示例）", "排练元旦的潮曲", 12),
    Wanted("s4", "施国鸿（示例）", "宗亲会商量祭祖的事", 18),
    Wanted("center", "骆嘉敏（示例）", "家长们做灯笼", 10),
    Wanted("s8", "颜天福（示例）", "老人会下棋", 8, given=True),
    Wanted("s2", "詹少玲（示例）", "读书会", 9, given=True),
)
