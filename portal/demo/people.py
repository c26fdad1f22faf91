"""Invent the people around each station of the demo: names of no one, and numbers that reach no one."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from random import Random

from portal.activities.models import Audience
from portal.registrations import rules
from portal.registrations.party import GROWN_UP, Child, Limits, Party

NUMBER = "1380000{:04}"  # no operator gives these out, and one sees it
SENIORS, FAMILIES, GROWN_UPS = 60, 90, 80  # at each station
SHARED_PHONES = 0.1  # of the seniors
LARGEST = 4  # people in a party

# Everyday names, without those that would make a public figure of somebody.
SURNAMES = (
    *("陈", "林", "黄", "蔡", "吴", "郑", "李", "许", "彭", "庄", "施", "罗", "何", "谢", "余", "曾"),
    *("温", "叶", "钟", "刘", "卓", "吕", "邱", "赖", "翁", "颜", "杨", "周", "范", "骆", "詹", "古"),
)
OLD_WOMEN = (
    *("阿妹", "桂芬", "秀娥", "玉兰", "惜珍", "月嫦", "金花", "素贞", "瑞英", "阿莲", "银凤", "彩云"),
    *("惠珠", "妙音", "赛花", "娘妹", "阿香", "顺好", "细妹", "带娣", "兰香", "巧云", "宝娥", "淑贤"),
)
OLD_MEN = (
    *("水木", "阿海", "木养", "炳坤", "锦泉", "石养", "汉忠", "亚九", "佛送", "娘水", "乃坚", "振发"),
    *("荣添", "天福", "潮木", "观喜"),
)
WOMEN = (
    *("晓燕", "燕珊", "海珊", "婉婷", "春梅", "惠娜", "小敏", "燕玲", "佳丽", "雪芬", "嘉敏", "秀萍"),
    *("小芳", "洁芬", "美婵", "静文", "少玲", "碧珊", "思敏", "玉婷"),
)
MEN = (
    *("伟松", "海滨", "嘉豪", "俊鹏", "国鸿", "建松", "少彬", "宏达", "泽鑫", "文锋", "永健", "志添"),
    *("炜锋", "伟雄", "晓锋", "耀堂"),
)
CHILDREN = (
    *("小宝", "妞妞", "乐乐", "豆豆", "安安", "阿弟", "小语", "阳阳", "果果", "糖糖", "小曼", "辰辰"),
    *("朵朵", "小禾", "阿福", "多仔", "晴晴", "小虎", "米米", "圆圆"),
)
NOTES = ("坐轮椅，请留靠门的位子", "听力不好，想坐前排", "可能早走十分钟", "第一次来，找不到路再打电话")
NOTES_ON_CHILDREN = ("孩子对花生过敏", "孩子怕生，想和同学坐一起", "下课爷爷来接")


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who signs up: for themselves, or with the children they answer for."""

    name: str
    phone: str
    relation: str = ""  # to the children
    guardian: str = ""
    kids: tuple[Child, ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Who lives around a station; no two of them have the same name."""

    seniors: tuple[Resident, ...]
    families: tuple[Resident, ...]
    grown_ups: tuple[Resident, ...]


class Crowd:
    """Those around who would like to come to one thing, in the order they hear of it; each comes once."""

    def __init__(
        self,
        people: Neighbourhood,
        limits: Limits,
        audiences: Set[Audience],
        random: Random,
        without: Set[str] = frozenset(),
    ) -> None:
        self._limits, self._random = limits, random
        if limits.only_for_children:
            self._residents = [*people.families]
        elif limits.youngest >= GROWN_UP or audiences <= {Audience.VOLUNTEERS, Audience.PARTY}:
            self._residents = [*people.grown_ups]
        elif audiences == {Audience.ELDERLY}:
            self._residents = [*people.seniors]
        else:
            self._residents = [*people.seniors, *people.families, *people.grown_ups]
        self._residents = [one for one in self._residents if one.name not in without]
        random.shuffle(self._residents)

    def draw(self, most: int = LARGEST, least: int = 1) -> Party | None:
        """Return the next party that is not too large or small, nothing when everybody has come."""
        while self._residents:
            party = self._party(self._residents.pop(), min(most, self._limits.party_max, LARGEST))
            if party.people >= least:
                return party
        return None

    def _party(self, who: Resident, most: int) -> Party:
        limits, random = self._limits, self._random
        kids = tuple(kid for kid in who.kids if limits.youngest <= kid.age <= limits.oldest)
        if limits.only_for_children:
            kids = kids[:most]
            accompanied = random.random() < (0.5 if any(kid.age < 8 for kid in kids) else 0.12)
            adults = min(int(accompanied), most - len(kids)) if kids else 0
        else:
            adults = min(random.choices((1, 2, 3, 4), (62, 28, 6, 4))[0], most)
            kids = kids[: most - adults] if limits.for_children and random.random() < 0.6 else ()
        return Party(
            name=who.name,
            phone=who.phone,
            adults=adults,
            children=len(kids),
            kids=kids,
            guardian=who.guardian if kids else "",
            guardian_relation=who.relation if kids else "",
            age_band=rules.bands(limits)[0] if limits.asks_age and adults else None,
            note=random.choice(NOTES_ON_CHILDREN if kids else NOTES) if random.random() < 0.05 else "",
        )


@cache
def neighbourhoods(stations: tuple[str, ...]) -> dict[str, Neighbourhood]:
    """Return who lives around each station; the same stations have the same people every day."""
    random = Random("neighbours")  # noqa: S311 - the same demo every time
    numbers = cycle(NUMBER.format(number) for number in random.sample(range(10_000), 10_000))
    return {station: _neighbourhood(random, numbers) for station in stations}


def _neighbourhood(random: Random, numbers: Iterator[str]) -> Neighbourhood:
    used: set[str] = set()

    def name(givens: tuple[str, ...]) -> str:
        while (invented := random.choice(SURNAMES) + random.choice(givens)) in used:
            pass
        used.add(invented)
        return invented

    def family() -> Resident:
        relation = random.choices(("mother", "father", "grandparent"), (60, 22, 18))[0]
        parent = name({"mother": WOMEN, "father": MEN}.get(relation, OLD_WOMEN))
        kids = tuple(
            Child(called, random.randint(4, 13))
            for called in random.sample(CHILDREN, random.choices((1, 2, 3), (55, 38, 7))[0])
        )
        if relation == "grandparent" and random.random() < 0.5:  # brings them, but does not answer for them
            return Resident(parent, next(numbers), "mother", name(WOMEN), kids)
        return Resident(parent, next(numbers), relation, parent, kids)

    families = tuple(family() for _ in range(FAMILIES))
    grown_ups = tuple(
        Resident(name(WOMEN if random.random() < 0.6 else MEN), next(numbers)) for _ in range(GROWN_UPS)
    )
    seniors = tuple(
        Resident(
            name(OLD_WOMEN if random.random() < 0.7 else OLD_MEN),
            random.choice(families).phone if random.random() < SHARED_PHONES else next(numbers),
        )
        for _ in range(SENIORS)
    )
    return Neighbourhood(seniors, families, grown_ups)
