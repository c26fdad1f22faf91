"""Introduce the eleven stations of the demo: rooms, hours and contacts, all invented and marked 示例."""

from dataclasses import dataclass

Hours = tuple[tuple[int, str, str], ...]  # weekday from Monday = 0, opens, closes

DAYS = range(7)


@dataclass(frozen=True, slots=True)
class RoomProfile:
    """A room; without hours of its own it is open when its station is."""

    code: str
    seats: int
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class StationProfile:
    """What the page of a station says about it."""

    slug: str
    address: str
    directions: str
    phone: str
    contact: str
    hours: Hours
    rooms: tuple[RoomProfile, ...]
    intro: str

    def hours_of(self, room: str) -> Hours:
        """Return when this room is open, or no hours when the station lacks it."""
        for profile in self.rooms:
            if profile.code == room:
                return profile.hours or self.hours
        return ()


def _open(days: range | tuple[int, ...], *spans: tuple[str, str]) -> Hours:
    return tuple((day, opens, closes) for day in days for opens, closes in spans)


EARLY = _open(DAYS, ("06:30", "21:00"))  # rooms for exercise open before breakfast
VILLAGE = (
    *_open(range(6), ("08:30", "11:30")),
    *_open((1, 3), ("19:00", "21:00")),
    *_open((5, 6), ("14:30", "17:00")),
)

PROFILES = (
    StationProfile(
        "center",
        "示例大道 00 号（示例）",
        "大门朝南，一楼大厅有值班的人，电梯在左手边。",
        "0660-000 0001",
        "林秋月（示例）",
        _open(DAYS, ("08:30", "21:00")),
        (
            RoomProfile("morality", 120),
            RoomProfile("volunteers", 20),
            RoomProfile("library", 40),
            RoomProfile("theory", 80),
            RoomProfile("classroom", 50),
            RoomProfile("culture", 100),
            RoomProfile("science", 36),
            RoomProfile("fitness", 60, EARLY),
        ),
        "八间功能室都对大家开着。九个站的安排这里都问得到，大厅有水、有座、有老花镜。",
    ),
    StationProfile(
        "office",
        "侨兴街 00 号（示例）",
        "街道党群服务中心二楼，有电梯，楼下可停电动车。",
        "0660-000 0002",
        "黄志明（示例）",
        _open(range(5), ("08:30", "12:00"), ("14:30", "17:30")),
        (
            RoomProfile("morality", 60),
            RoomProfile("volunteers", 16),
            RoomProfile("theory", 50),
            RoomProfile("classroom", 40),
        ),
        "派单、排班、问政策，都在这一层办。晚上和周末的活动多半在街口和村里。",
    ),
    StationProfile(
        "s1",
        "一区 00 号（示例）",
        "小广场北边，党群服务中心一楼，门口有坡道。",
        "0660-000 0003",
        "吴丽珍（示例）",
        _open(DAYS, ("08:30", "21:30")),
        (
            RoomProfile("library", 24),
            RoomProfile("culture", 60),
            RoomProfile("fitness", 40, EARLY),
            RoomProfile("classroom", 30),
            RoomProfile("theory", 40),
            RoomProfile("volunteers", 12),
        ),
        "晚上也开门，放电影、借书、打球都行。孩子放学可以先来写作业。",
    ),
    StationProfile(
        "s2",
        "二区 00 号（示例）",
        "老供销社斜对面，一楼，轮椅能进。",
        "0660-000 0004",
        "蔡美兰（示例）",
        _open(DAYS, ("08:30", "11:30"), ("14:00", "21:00")),
        (
            RoomProfile("library", 24),
            RoomProfile("classroom", 30),
            RoomProfile("fitness", 40, EARLY),
            RoomProfile("culture", 50),
            RoomProfile("volunteers", 12),
        ),
        "老人家来得多，手机课和义诊都排在上午。下午茶水不断，来坐坐也欢迎。",
    ),
    StationProfile(
        "s3",
        "三区 00 号（示例）",
        "公交站往里走五十米，看见小广场就到了。",
        "0660-000 0005",
        "郑伟强（示例）",
        (*_open(DAYS, ("08:30", "12:00"), ("14:30", "17:30")), *_open((1, 3, 5), ("19:00", "21:00"))),
        (
            RoomProfile("morality", 50),
            RoomProfile("culture", 50),
            RoomProfile("classroom", 30),
            RoomProfile("volunteers", 12),
        ),
        "厨房是我们的招牌，归侨阿姨常来教小吃。要磨刀、修伞，等便民服务日。",
    ),
    StationProfile(
        "s4",
        "四区 00 号（示例）",
        "党群服务中心一楼，门口有坡道。",
        "0660-000 0006",
        "陈秀英（示例）",
        _open(DAYS, ("08:30", "20:30")),
        (
            RoomProfile("morality", 60),
            RoomProfile("library", 30),
            RoomProfile("culture", 40),
            RoomProfile("classroom", 30),
            RoomProfile("fitness", 30, _open(DAYS, ("06:30", "20:30"))),
            RoomProfile("volunteers", 12),
        ),
        "试点站，和第二、第三社区结成一片，三个站的活动互相报得上名。书屋里有一柜子侨批的书。",
    ),
    StationProfile(
        "s5",
        "五村 00 号（示例）",
        "村口大榕树后面，文化站一楼。",
        "0660-000 0007",
        "李国雄（示例）",
        VILLAGE,
        (
            RoomProfile("theory", 40),
            RoomProfile("library", 20),
            RoomProfile("classroom", 30),
            RoomProfile("fitness", 30, EARLY),
            RoomProfile("volunteers", 12),
        ),
        "靠着饶堀河，护河队常年招人。暑假这里办托管班，村里孩子有地方去。",
    ),
    StationProfile(
        "s6",
        "六村 00 号（示例）",
        "村文化站，大榕树对面。",
        "0660-000 0008",
        "张玉凤（示例）",
        VILLAGE,
        (
            RoomProfile("library", 24),
            RoomProfile("culture", 60),
            RoomProfile("morality", 40),
            RoomProfile("volunteers", 16),
        ),
        "每周五上午量血压，周二晚上开夜校。没活动的日子，值班的人也在，进来喝茶看报。",
    ),
    StationProfile(
        "s7",
        "七村 00 号（示例）",
        "晒谷场东边，村委会一楼。",
        "0660-000 0009",
        "何建生（示例）",
        VILLAGE,
        (
            RoomProfile("fitness", 40, EARLY),
            RoomProfile("library", 24),
            RoomProfile("culture", 50),
            RoomProfile("theory", 36),
            RoomProfile("volunteers", 12),
        ),
        "晒谷场晚上有灯，跳舞、打鼓、讲古都在那儿。荔枝园里的课，穿胶鞋来。",
    ),
    StationProfile(
        "s8",
        "八区 00 号（示例）",
        "广场边的二层小楼，一楼不用爬楼梯。",
        "0660-000 0010",
        "许文婷（示例）",
        _open(DAYS, ("08:30", "21:30")),
        (
            RoomProfile("morality", 60),
            RoomProfile("culture", 60),
            RoomProfile("library", 24),
            RoomProfile("science", 30),
            RoomProfile("classroom", 30),
            RoomProfile("volunteers", 16),
        ),
        "试点站，和第七村、第九社区结成一片。归侨老人多，故事也多，周一下午听得到。",
    ),
    StationProfile(
        "s9",
        "九区 00 号（示例）",
        "小学后门往右，红色铁门那栋。",
        "0660-000 0011",
        "杨小燕（示例）",
        _open(DAYS, ("08:30", "12:00"), ("14:30", "21:00")),
        (
            RoomProfile("science", 24),
            RoomProfile("culture", 50),
            RoomProfile("classroom", 30),
            RoomProfile("morality", 60),
            RoomProfile("volunteers", 12),
        ),
        "孩子最多的一个站，科普活动室常常坐满。周日下午练字，周三晚上学几句印尼话。",
    ),
)


def station_profiles() -> tuple[StationProfile, ...]:
    """Return the profiles of the centre, the office and the nine stations."""
    return PROFILES
