"""Say which hands the offerings of the demo need, and what is written down beside hours."""

from dataclasses import dataclass

from portal.demo.blueprints import Blueprint
from portal.volunteers.models import TeamKind

TRAFFIC, RELIEF, CULTURE, EDUCATION = TeamKind.TRAFFIC, TeamKind.RELIEF, TeamKind.CULTURE, TeamKind.EDUCATION
HEALTH, LAW, ENVIRONMENT, SCIENCE = TeamKind.HEALTH, TeamKind.LAW, TeamKind.ENVIRONMENT, TeamKind.SCIENCE
THEORY, OVERSEAS, WATER = TeamKind.THEORY, TeamKind.OVERSEAS, TeamKind.WATER_SAFETY


@dataclass(frozen=True, slots=True)
class Need:
    """A post at an offering: how few and how many people, of which teams (none named: of any).

    It begins so many minutes before the offering and ends so many minutes after it.
    """

    role: str
    few: int
    many: int
    kinds: tuple[TeamKind, ...] = ()
    before: int = 20
    after: int = 20
    skill: str = ""
    min_age: int | None = None
    word: str = ""


NEEDS: dict[str, tuple[Need, ...]] = {
    "center-traffic": (
        Need("人民路口站岗", 5, 6, (TRAFFIC,), 15, 10, word="在岗亭旁边领红马甲和小旗。"),
        Need("学校门口护送", 4, 5, (TRAFFIC,), 15, 10, word="站斑马线两头，先看车再放人。"),
        Need("菜市场口劝导", 3, 4, (), 15, 10, word="提醒骑车的戴头盔，话说软一点。"),
    ),
    "office-law": (Need("接待、排号", 2, 2, (LAW, THEORY)), Need("帮着写材料", 1, 2, (LAW,))),
    "center-exhibition": (Need("展厅讲解", 2, 3, (OVERSEAS, CULTURE), 0, 0, word="讲解词放在门口桌上。"),),
    "center-camp": (Need("带营员", 4, 5, (EDUCATION, OVERSEAS), 30, 15, min_age=18),),
    "s5-summer-care": (Need("看孩子写作业", 3, 3, (EDUCATION, CULTURE), 15, 15),),
    "s6-haircut": (
        Need("理发", 3, 4, (RELIEF,), 20, 20, skill="理发"),
        Need("排号、扫头发", 2, 2, (RELIEF, ENVIRONMENT)),
    ),
    "muqin-hair": (Need("理发", 3, 4, (RELIEF,), 20, 20, skill="理发"), Need("照相、修图", 2, 2, (CULTURE,))),
    "s3-service-day": (
        Need("理发", 2, 3, (RELIEF,), skill="理发"),
        Need("修小家电", 2, 3, (RELIEF,)),
        Need("引路、排号", 3, 4),
    ),
    "leifeng-repair": (Need("修小家电", 4, 6, (RELIEF,)), Need("登记、喊号", 2, 3)),
    "s5-visits": (
        Need("上门陪聊、打扫", 6, 8, (RELIEF, CULTURE), 15, 15, word="两人一组，先敲门，说清是谁。"),
    ),
    "s9-mending": (Need("缝补", 3, 4, (RELIEF,)),),
    "s8-fire-drill": (Need("楼道引导", 4, 6, (OVERSEAS, LAW)),),
    "qingming-fire": (Need("路口劝导、收火种", 8, 12, (ENVIRONMENT,), 30, 30, min_age=18),),
    "center-choir": (Need("收发歌谱、调音响", 1, 2, (CULTURE,)),),
    "s6-clinic": (
        Need("量血压", 2, 3, (HEALTH,), skill="量血压"),
        Need("扶老人、排号", 2, 2, (HEALTH, ENVIRONMENT)),
    ),
}
# Nobody serves where the volunteers themselves are taught or meet.
NONE = ("center-first-lesson", "office-leaders")

LARGE = (
    Need("搭台、摆桌椅", 6, 9, (CULTURE, RELIEF), 60, 0, word="戴手套，重的两个人抬。"),
    Need("引路、看队", 6, 10, (TRAFFIC, OVERSEAS), 30, 15),
    Need("登记、发号", 3, 5, (), 30, 10),
    Need("收摊、打扫", 5, 8, (ENVIRONMENT, RELIEF), 0, 60, word="垃圾分好类再走。"),
)
MIDDLE = (
    Need("登记、接待", 2, 3, (), 30, 15),
    Need("搬桌椅、收拾", 2, 4, (CULTURE, RELIEF, ENVIRONMENT), 45, 30),
)
OUT = (
    Need("一起动手", 7, 10, (ENVIRONMENT, RELIEF), 20, 20, word="穿旧衣服，带水；手套站里有。"),
    Need("带队、发工具", 2, 2, (), 40, 30),
)
HOME = (
    Need("送东西、陪老人说话", 6, 9, (RELIEF, OVERSEAS), 30, 20, word="在站里集合，一起走过去。"),
    Need("开车、搬东西", 2, 3, (), 45, 30, min_age=18),
)
BY_CATEGORY = {
    "theory": (Need("接待、摆座", 1, 2, (THEORY, CULTURE)),),
    "education": (Need("陪孩子写作业", 2, 3, (EDUCATION, SCIENCE)),),
    "culture": (Need("备料、帮手", 1, 3, (CULTURE, OVERSEAS)),),
    "science": (Need("备材料、看安全", 2, 2, (SCIENCE, EDUCATION)),),
    "fitness": (Need("带操、照看老人", 1, 2, (HEALTH,)),),
    "volunteering": (Need("帮手", 3, 5, (RELIEF, ENVIRONMENT)),),
}
GROWN_UPS_LEARN = (Need("教手机、答问题", 2, 3, (EDUCATION, LAW)),)
# Whoever sets up, keeps watch and clears away on a long day, and stays longer than eight hours.
ALL_DAY = Need("全天后勤：搬运、值守、收拾", 2, 2, word="中午站里管饭。")
# What anybody can do, for teams whose own kind is not asked for at the moment.
ANYBODY = "现场帮手"

ENTERED = (
    ("手机没电，没签成", "签到簿第 4 页，本人签名"),
    ("到得早，码还没开", "带班队长的出勤表"),
    ("在外面路口站岗，没看到码", "当天的合影和排班表"),
    ("老人机扫不了码", "签到簿第 2 页，站里当场核过"),
)
RETURNED = "签到簿上没有这个名字，请补一张当天的照片。"
VOIDED = ("同一段时间记了两遍", "签错了人，本人说那天没来")


def needs_of(blueprint: Blueprint) -> tuple[Need, ...]:
    """Return the posts of an offering: its own, else what its kind and size ask for."""
    if blueprint.key in NONE:
        return ()
    if blueprint.key in NEEDS:
        return NEEDS[blueprint.key]
    people = sum(blueprint.people) / 2
    for_volunteers = "volunteers" in blueprint.audiences
    if for_volunteers and blueprint.category == "volunteering":
        return HOME if "elderly" in blueprint.audiences else OUT
    if people >= 120:
        return LARGE
    if people >= 45:
        return MIDDLE
    if blueprint.category == "education" and "children" not in blueprint.audiences:
        return GROWN_UPS_LEARN
    return BY_CATEGORY[blueprint.category]
