"""Tell of 春节, 元宵 and the day of learning from Lei Feng."""

from portal.demo import places
from portal.demo.blueprints import Blueprint, ForFestival

NEW_YEAR = (
    Blueprint(
        "chunjie-couplets",
        "迎新春 送春联",
        "culture",
        "office",
        ("everyone",),
        (180, 400),
        ForFestival("chunjie", (-10,), "09:00", "11:30"),
        """
        街口摆开八张桌，会写字的都来了。
        您说要几个字、贴哪扇门，当场写，墨干了带走。

        红纸不收钱，各站也同时写，就近去。
        """,
        place=places.STREET_CORNER,
        cohosts=("center", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"),
    ),
    Blueprint(
        "chunjie-write",
        "自己的春联自己写",
        "culture",
        "s4",
        ("everyone", "children"),
        (36, 40),
        ForFestival("chunjie", (-8,), "14:30", "16:30"),
        """
        老师教五副短联，挑一副练熟了，写在红纸上。
        孩子写“福”，大人写联，一家人凑一套。

        写歪了也贴，自家的字看着亲。
        """,
        room="culture",
        cohosts=("s2", "s3"),
        registration=True,
        seats=40,
        party_max=5,
    ),
    Blueprint(
        "chunjie-door",
        "春联送到老人家门口",
        "volunteering",
        "s5",
        ("elderly", "volunteers"),
        (70, 170),
        ForFestival("chunjie", (-6,), "09:00", "11:00"),
        """
        走不出门的老人，春联送上门，浆糊我们带。
        贴好了，帮着把灯笼也挂起来。

        村里谁家要，跟站里说一声。
        """,
        place=places.HOMES_FIVE,
    ),
    Blueprint(
        "chunjie-kueh",
        "侨家年味：蒸一笼千层糕",
        "culture",
        "s8",
        ("overseas", "everyone"),
        (50, 60),
        ForFestival("chunjie", (-5,), "14:00", "16:30"),
        """
        南洋回来的人家，过年要蒸千层糕，一层一层，急不得。
        四位归侨阿姨各管一口蒸锅，从调浆教起。

        蒸好切开，一人一块，剩下的送敬老院。
        """,
        room="culture",
        cohosts=("s7", "s9"),
        themes=("qiao",),
        registration=True,
        seats=60,
    ),
    Blueprint(
        "chunjie-tidy",
        "年廿八，帮老人洗邋遢",
        "volunteering",
        "s2",
        ("elderly", "volunteers"),
        (70, 160),
        ForFestival("chunjie", (-2,), "08:30", "11:00"),
        """
        年底大扫除，高处的灰老人家够不着。
        志愿者两人一组，擦窗、换灯泡、洗风扇。

        要帮忙的打站里电话，想出力的直接来。
        """,
        place=places.LANES_TWO,
        cohosts=("s4",),
    ),
    Blueprint(
        "chunjie-fair",
        "正月初一新春游园",
        "culture",
        "center",
        ("everyone", "children"),
        (300, 400),
        ForFestival("chunjie", (0,), "09:30", "11:30"),
        """
        初一不走远，广场上转一圈。
        舞狮、糖画、套圈、猜谜，阿公阿嬷有座位有热茶。

        穿红的小朋友，领一个福袋。
        """,
        place=places.PLAZA,
        cohosts=("office",),
    ),
    Blueprint(
        "chunjie-opera",
        "初二晚上听潮剧",
        "culture",
        "s8",
        ("everyone", "elderly"),
        (170, 400),
        ForFestival("chunjie", (1,), "19:30", "21:00"),
        """
        初二走完亲戚，晚上到广场听两折。
        票友们练了一个冬天，行头也借来了。

        自己带凳子，冷的话加件衣服。
        """,
        place=places.SQUARE_EIGHT,
        cohosts=("s7", "s9"),
    ),
    Blueprint(
        "chunjie-riddles",
        "孩子们拜年猜谜",
        "culture",
        "s9",
        ("children",),
        (40, 60),
        ForFestival("chunjie", (2,), "09:30", "11:00"),
        """
        先学一句吉祥话，再去摘谜条。
        谜底都是吃的、玩的、家里的东西，六岁也猜得出。

        猜中五条，换一盏小灯笼。
        """,
        room="morality",
        cohosts=("s8",),
        registration=True,
        seats=60,
        party_max=4,
        ages=(5, 12),
    ),
    Blueprint(
        "chunjie-ball",
        "初五村里篮球赛",
        "fitness",
        "s7",
        ("everyone",),
        (140, 370),
        ForFestival("chunjie", (4,), "15:00", "17:30"),
        """
        打工的后生都回来了，凑四支队不难。
        打满四节，输的请喝甜汤。

        看球的站场边，小孩看好。
        """,
        place=places.YARD_SEVEN,
        cohosts=("s8",),
    ),
    Blueprint(
        "yuanxiao-lanterns",
        "闹元宵 猜灯谜",
        "culture",
        "center",
        ("everyone", "children"),
        (250, 400),
        ForFestival("yuanxiao", (0,), "19:00", "21:00"),
        """
        天黑点灯，三百条谜语挂在绳上。
        猜中了撕下来，到台前兑奖，奖品是一袋米或一盏灯。

        人多，老人孩子牵好手。
        """,
        place=places.PLAZA,
        cohosts=("office",),
    ),
    Blueprint(
        "yuanxiao-balls",
        "元宵上午搓汤圆",
        "culture",
        "s3",
        ("everyone",),
        (40, 50),
        ForFestival("yuanxiao", (0,), "09:30", "11:00"),
        """
        花生馅、芝麻馅、南洋椰糖馅，各包二十个。
        搓好下锅，浮起来就能吃。

        想带回家的自己带饭盒。
        """,
        room="morality",
        cohosts=("s4", "s2"),
        registration=True,
        seats=50,
    ),
    Blueprint(
        "yuanxiao-make",
        "元宵做灯笼",
        "culture",
        "s9",
        ("children", "everyone"),
        (34, 50),
        ForFestival("yuanxiao", (-2,), "16:30", "18:00"),
        """
        竹篾、宣纸、一截蜡烛灯，跟着爷爷扎一盏。
        扎好写上名字，元宵晚上提到广场去。

        小的孩子由大人帮着剪。
        """,
        room="culture",
        cohosts=("s8", "s7"),
        registration=True,
        seats=50,
        party_max=4,
        ages=(5, 14),
    ),
    Blueprint(
        "yuanxiao-care-home",
        "到敬老院一起吃汤圆",
        "volunteering",
        "s6",
        ("elderly", "volunteers"),
        (70, 170),
        ForFestival("yuanxiao", (-1,), "09:00", "11:00"),
        """
        带着糯米粉和馅去，和老人家一起搓。
        牙口不好的吃小圆仔，糖也放得少。

        会唱歌的留下，唱两支再走。
        """,
        place=places.CARE_HOME,
    ),
    Blueprint(
        "yuanxiao-drums",
        "元宵夜，锣鼓走村",
        "culture",
        "s5",
        ("everyone",),
        (140, 340),
        ForFestival("yuanxiao", (0,), "18:30", "20:00"),
        """
        锣鼓队从榕树下出发，绕村走一圈。
        经过谁家门口，谁家放一杯茶。

        跟着走的带手电，路边有志愿者看路口。
        """,
        place=places.BANYAN,
    ),
    Blueprint(
        "leifeng-service",
        "学雷锋日便民服务",
        "volunteering",
        "center",
        ("everyone",),
        (210, 400),
        ForFestival("leifeng", (0,), "09:00", "11:30"),
        """
        服务队能来的都来，一队一张桌。
        磨刀、理发、量血压、修手机、问法律，排队就有。

        修的东西大件的先打电话，我们上门看。
        """,
        place=places.PLAZA,
        cohosts=("office",),
    ),
    Blueprint(
        "leifeng-repair",
        "学雷锋，修小家电",
        "volunteering",
        "s2",
        ("everyone", "elderly"),
        (60, 90),
        ForFestival("leifeng", (0,), "14:30", "16:30"),
        """
        电饭煲不热、风扇不转，拿来看看。
        三位老师傅坐堂，能修的当场修，不收工钱。

        换零件的按进价，先问您愿不愿意。
        """,
        room="culture",
        cohosts=("s4",),
    ),
    Blueprint(
        "leifeng-scarf",
        "红领巾学雷锋",
        "volunteering",
        "s9",
        ("children",),
        (70, 120),
        ForFestival("leifeng", (-1,), "16:30", "17:30"),
        """
        放学后，孩子们把书包放下，拿起小扫帚。
        扫站门口，擦读报栏，给花浇水。

        做完坐一圈，说说今天帮了谁。
        """,
        place=places.DOOR_NINE,
        cohosts=("s8",),
    ),
    Blueprint(
        "leifeng-river",
        "学雷锋，清河滩",
        "volunteering",
        "s5",
        ("volunteers",),
        (70, 170),
        ForFestival("leifeng", (2,), "08:00", "10:00"),
        """
        一个冬天，河滩上积了不少塑料袋。
        排成一排往前捡，水边由护河队的人走。

        手套和夹子站里有，穿胶鞋来。
        """,
        place=places.RIVER,
    ),
)
