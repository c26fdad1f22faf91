"""Name the organisations and the teams of the demo."""

from dataclasses import dataclass

from portal.volunteers.models import TeamKind

EVERYWHERE = tuple(f"s{number}" for number in range(1, 10))

# Name, at home at, legally registered.
ORGANIZATIONS = (
    ("侨兴街道志愿服务站", "office", False),
    ("归侨侨眷联谊会", "s8", True),
    ("区中学团委", "s9", False),
    ("区卫生院", "s6", False),
    ("侨兴司法所", "office", False),
    ("第九社区居委会", "s9", False),
    ("第三社区居委会", "s3", False),
    ("第四社区居委会", "s4", False),
    ("第七村村委会", "s7", False),
    ("区志愿服务协会", "center", True),
    ("区老年人体育协会", "s1", True),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A team before it has people: its organisation by place in ORGANIZATIONS, its size as a weight."""

    name: str
    organization: int
    station: str
    kind: TeamKind
    does: str
    skills: str
    times: str
    serves: tuple[str, ...]
    weight: int


TEAMS = (
    Drawn(
        "侨乡宣讲队",
        0,
        "office",
        TeamKind.THEORY,
        "普通话、潮州话、客家话都讲",
        "宣讲 客家话 潮州话",
        "周末上午",
        EVERYWHERE,
        7,
    ),
    Drawn(
        "归侨故事队",
        1,
        "s8",
        TeamKind.CULTURE,
        "从印尼、越南、马来西亚回来的老人讲往事",
        "讲故事 印尼语",
        "每月第二个周六",
        ("s8", "s7", "s9"),
        5,
    ),
    Drawn(
        "小橘灯助学队",
        2,
        "s9",
        TeamKind.EDUCATION,
        "功课辅导、教老人用手机",
        "辅导功课 教手机",
        "放学后和周末",
        ("s9", "s8", "s4"),
        14,
    ),
    Drawn(
        "医疗健身队",
        3,
        "s6",
        TeamKind.HEALTH,
        "义诊、量血压、八段锦",
        "量血压 急救 八段锦",
        "周二、周四上午",
        EVERYWHERE,
        9,
    ),
    Drawn(
        "小实验家队",
        5,
        "s9",
        TeamKind.SCIENCE,
        "盐会跳舞，蛋会浮",
        "做实验 讲科学",
        "周日下午",
        ("s9", "s5", "s6"),
        4,
    ),
    Drawn(
        "侨心法律队",
        4,
        "office",
        TeamKind.LAW,
        "每周二下午坐班，也上门",
        "法律 调解",
        "周二下午",
        EVERYWHERE,
        3,
    ),
    Drawn(
        "清水绿岸队",
        6,
        "s3",
        TeamKind.ENVIRONMENT,
        "捡河岸、分垃圾、旧衣改袋",
        "清洁 手工",
        "周六早上",
        ("s3", "s2", "s4"),
        16,
    ),
    Drawn(
        "邻里帮帮队",
        7,
        "s4",
        TeamKind.RELIEF,
        "代买代办、陪诊、理发",
        "理发 陪诊 开车",
        "哪天都行",
        ("s4", "s2", "s3"),
        21,
    ),
    Drawn(
        "红马甲志愿队",
        0,
        "office",
        TeamKind.TRAFFIC,
        "每个上学日早上在路口",
        "疏导交通",
        "上学日早晚",
        EVERYWHERE,
        26,
    ),
    Drawn(
        "平安水岸队",
        8,
        "s7",
        TeamKind.WATER_SAFETY,
        "暑假天天巡塘",
        "游泳 急救",
        "暑假",
        ("s7", "s5", "s6"),
        7,
    ),
    Drawn(
        "侨务关爱队",
        1,
        "s8",
        TeamKind.OVERSEAS,
        "看望归侨老人",
        "印尼语 越南语 陪聊",
        "周末",
        ("s8", "s1", "s5"),
        6,
    ),
    Drawn(
        "第一社区夕阳红队",
        10,
        "s1",
        TeamKind.HEALTH,
        "太极、柔力球，带着大家练",
        "太极 柔力球",
        "每天早上",
        ("s1", "s2"),
        12,
    ),
    Drawn(
        "第二社区楼长队", 9, "s2", TeamKind.RELIEF, "一栋一栋问平安", "修水电 代办", "晚上", ("s2", "s4"), 10
    ),
    Drawn(
        "第五村文艺队",
        9,
        "s5",
        TeamKind.CULTURE,
        "唱山歌、打鼓、排小戏",
        "山歌 打鼓 主持",
        "周三、周五晚上",
        ("s5", "s6", "s7"),
        9,
    ),
    Drawn(
        "第六村荔枝园护绿队",
        9,
        "s6",
        TeamKind.ENVIRONMENT,
        "护林、清沟、种树",
        "种树 清沟",
        "周日早上",
        ("s6", "s5"),
        8,
    ),
    Drawn(
        "农家书屋领读队",
        2,
        "s9",
        TeamKind.EDUCATION,
        "陪孩子读书、整理书屋",
        "朗读 整理图书",
        "周六上午",
        EVERYWHERE,
        6,
    ),
    Drawn(
        "巧手公益队",
        9,
        "center",
        TeamKind.RELIEF,
        "缝补、织毛衣、修小家电",
        "缝补 修家电",
        "每月逢五",
        EVERYWHERE,
        8,
    ),
    Drawn(
        "政策快递队", 0, "office", TeamKind.THEORY, "把新政策讲成家常话", "宣讲 写字", "周末", EVERYWHERE, 5
    ),
    Drawn("防诈反诈队", 4, "office", TeamKind.LAW, "教老人认骗局", "讲课 反诈", "周三下午", EVERYWHERE, 6),
    Drawn(
        "科普大篷车队",
        9,
        "center",
        TeamKind.SCIENCE,
        "天文、气象、种植小课堂",
        "天文 种植",
        "假期",
        EVERYWHERE,
        5,
    ),
    Drawn(
        "侨味厨房队",
        1,
        "s8",
        TeamKind.OVERSEAS,
        "教做椰浆饭、春卷",
        "做饭 印尼菜",
        "周六",
        ("s8", "s9", "s4"),
        6,
    ),
    Drawn(
        "活动保障队",
        9,
        "center",
        TeamKind.CULTURE,
        "搬桌椅、调音响、拍照",
        "音响 拍照 主持",
        "哪天都行",
        EVERYWHERE,
        11,
    ),
)
