"""Tell of what comes once a year or once a month: camps, campaigns, commemorations."""

from portal.demo import places
from portal.demo.blueprints import Blueprint, EveryMonth, EveryYear, ForFestival, SummerWeeks

YEARLY = (
    Blueprint(
        "s5-summer-care",
        "暑期托管班",
        "education",
        "s5",
        ("children",),
        (20, 30),
        SummerWeeks("08:30", "11:30"),
        """
        暑假工作日的上午，村里的孩子到站里来。
        写作业、学游戏、认河边的植物，不下水。

        周一报一周的名，每天来都要签到，中午大人来接。
        """,
        room="classroom",
        registration=True,
        seats=30,
        party_max=3,
        ages=(6, 12),
    ),
    Blueprint(
        "center-camp",
        "“侨见未来”夏令营",
        "education",
        "center",
        ("children", "overseas"),
        (31, 36),
        EveryYear(((7, 20),), "09:00", "17:00", length=5),
        """
        三十几个孩子，五天时间，听归侨讲故事，学做侨味小吃，动手做科学实验。
        最后一天，把自己画的“侨乡地图”讲给爸妈听。

        - 中午在中心吃饭、休息
        - 自己带水杯、帽子、换洗衣服
        """,
        room="classroom",
        themes=("qiao",),
        registration=True,
        seats=36,
        party_max=2,
        ages=(8, 14),
    ),
    Blueprint(
        "center-exhibition",
        "侨史展览",
        "culture",
        "center",
        ("everyone", "overseas"),
        (520, 900),
        EveryYear(((10, 12),), "09:00", "17:00", length=56),
        """
        老照片、旧皮箱、侨批和南洋带回来的碗碟，摆满一间屋。
        周末有归侨在场，看到哪件问哪件。

        什么时候来都行，十人以上想听讲解，先打个电话。
        """,
        room="morality",
        themes=("qiao",),
    ),
    Blueprint(
        "office-water-safety",
        "防溺水安全宣传",
        "education",
        "office",
        ("children", "everyone"),
        (132, 340),
        EveryYear(((5, 22), (6, 12), (6, 30)), "16:30", "17:30"),
        """
        天热了，孩子想下水，大人要先知道哪里不能去。
        志愿者讲六个“不”，再教一遍怎么呼救、怎么递竹竿。

        接孩子时停十分钟，看完一起走。
        """,
        place=places.SCHOOL_GATE,
        cohosts=("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"),
    ),
    Blueprint(
        "office-mosquitoes",
        "“两清一灭”灭蚊行动",
        "volunteering",
        "office",
        ("everyone", "volunteers"),
        (90, 180),
        EveryYear(((6, 19), (7, 10), (8, 7), (8, 28)), "07:30", "09:30"),
        """
        清垃圾、清积水、灭蚊子，一条巷一条巷地过。
        花盆底、旧轮胎、水缸边，翻过来倒一倒。

        志愿者七点半在各站门口集合，手套和药由站里发。
        """,
        place=places.ALL_VILLAGES,
        cohosts=("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"),
    ),
    Blueprint(
        "office-front-door",
        "门前三包 爱国卫生",
        "volunteering",
        "office",
        ("everyone", "volunteers"),
        (72, 200),
        EveryMonth(4, "08:00", "09:30"),
        """
        每月头一个星期五，街上一起大扫除。
        铺面管好自己门前，够不着的角落，志愿者来扫。

        店里的师傅出来搭把手，扫完一起喝凉茶。
        """,
        place=places.STREETS,
    ),
    Blueprint(
        "s9-september-18",
        "九一八主题党日",
        "theory",
        "s9",
        ("party",),
        (38, 60),
        EveryYear(((9, 18),), "14:30", "16:00"),
        """
        勿忘国耻，先静一分钟。
        党员念一段抗战家书，再说说今天自己能做什么。

        请佩戴党徽，提前十分钟到。
        """,
        room="morality",
        cohosts=("s8",),
        registration=True,
        seats=60,
    ),
    Blueprint(
        "center-children-day",
        "六一游园会",
        "culture",
        "center",
        ("children", "everyone"),
        (216, 460),
        EveryYear(((6, 1),), "16:30", "18:30"),
        """
        放学就来，广场上摆了十二个摊。
        套圈、踢毽、滚铁环，都是爸妈小时候玩的。

        集满六个印章，换一本书。
        """,
        place=places.PLAZA,
        cohosts=("office",),
    ),
    Blueprint(
        "center-july-1",
        "七一党课：一封家书里的初心",
        "theory",
        "center",
        ("party", "everyone"),
        (60, 110),
        EveryYear(((7, 1),), "19:30", "20:45"),
        """
        老党员带来一封家书，念一段，讲一段。
        年轻党员接着说说自己为什么入党。

        群众也可以来听，座位够。
        """,
        room="morality",
        cohosts=("office",),
    ),
    Blueprint(
        "s1-army-day",
        "八一慰问：到老兵家里坐坐",
        "volunteering",
        "s1",
        ("volunteers", "everyone"),
        (28, 80),
        EveryYear(((8, 1),), "09:00", "11:00"),
        """
        志愿者分三路，去社区里的老兵家。
        擦擦军功章，修修灯，听他们讲当年。

        想同去的先到小广场集合。
        """,
        place=places.SQUARE_ONE,
    ),
    Blueprint(
        "center-national-day",
        "国庆升旗",
        "theory",
        "center",
        ("everyone", "party"),
        (240, 460),
        EveryYear(((10, 1),), "08:00", "09:00"),
        """
        早上八点，广场升国旗，唱国歌。
        升完旗，合唱队唱两支歌，愿意的一起唱。

        前面给老人家留了座。
        """,
        place=places.PLAZA,
        cohosts=("office",),
    ),
    Blueprint(
        "s3-dongzhi",
        "冬至前夜：一起搓冬节圆",
        "culture",
        "s3",
        ("everyone", "elderly"),
        (84, 230),
        ForFestival("dongzhi", (-1,), "14:30", "16:30"),
        """
        红的白的各搓一筐，搓得大小不一才像家里做的。
        姜糖水煮好，先给独居老人送上门。

        带个碗来，大家一起吃。
        """,
        place=places.SQUARE_THREE,
        cohosts=("s4", "s2"),
    ),
    Blueprint(
        "s5-dongzhi",
        "冬至圆，送到门",
        "volunteering",
        "s5",
        ("elderly", "volunteers"),
        (48, 140),
        ForFestival("dongzhi", (0,), "09:00", "11:00"),
        """
        头天搓好的圆仔，这天一早分装。
        志愿者按名单送，顺便看看煤气、被子、米缸。

        会骑三轮车的，请来帮忙。
        """,
        place=places.HOMES_FIVE,
    ),
    Blueprint(
        "center-new-year",
        "元旦迎新健步走",
        "fitness",
        "center",
        ("everyone",),
        (192, 460),
        EveryYear(((1, 1),), "08:00", "10:00"),
        """
        新年头一天，从广场走到河边再走回来，一共三公里。
        推婴儿车、拄拐杖的都能走，志愿者一路跟着。

        走完盖一个“开门红”的章。
        """,
        place=places.PLAZA,
        cohosts=("office",),
    ),
)
