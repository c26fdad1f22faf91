"""Tell of the single dates in the villages and the two last communities, and of what is still a draft."""

from portal.demo import places
from portal.demo.blueprints import WEEKEND, Blueprint, NowAndThen

VILLAGES = (
    Blueprint(
        "s5-river",
        "护河清洁行动",
        "volunteering",
        "s5",
        ("volunteers", "everyone"),
        (36, 110),
        NowAndThen("08:00", "09:30", past=5, weekdays=WEEKEND),
        """
        沿饶堀河走一段，捡塑料瓶，捞水面的泡沫。
        水深的地方由护河队下，孩子只走堤上。

        手套、夹子、袋子站里有，穿胶鞋来。
        """,
        place=places.RIVER,
    ),
    Blueprint(
        "s5-tea",
        "榕树下议事茶",
        "theory",
        "s5",
        ("everyone", "party"),
        (24, 60),
        NowAndThen("19:30", "20:45"),
        """
        路灯装在哪儿，垃圾桶往哪儿挪，泡一壶茶慢慢商量。
        谁都能说，说完记在本子上，下回先念结果。

        带自己的杯子。
        """,
        place=places.BANYAN,
    ),
    Blueprint(
        "s5-basketball",
        "少年篮球",
        "fitness",
        "s5",
        ("children",),
        (14, 24),
        NowAndThen("16:00", "17:30", weekdays=WEEKEND),
        """
        前半场练运球，后半场分两队打。
        教练是打工回来的后生，带着弟弟妹妹练。

        带水，穿球鞋。
        """,
        place=places.COURT_FIVE,
        registration=True,
        seats=24,
        party_max=2,
        ages=(8, 14),
    ),
    Blueprint(
        "s5-visits",
        "看望独居老人",
        "volunteering",
        "s5",
        ("elderly", "volunteers"),
        (20, 60),
        NowAndThen("09:00", "11:00"),
        """
        两人一组，去坐一坐，看看米缸，量量血压。
        老人家说的事记下来，能办的当天办。

        会讲客家话的最好。
        """,
        place=places.HOMES_FIVE,
    ),
    Blueprint(
        "s6-film",
        "红色观影",
        "theory",
        "s6",
        ("everyone",),
        (40, 60),
        NowAndThen("19:30", "21:00", past=4, weekdays=(1, 3)),
        """
        一个月放一场老片子，放什么由村里人投票。
        片子放完不散场，老人家说说那个年代的事。

        蚊香站里点，凳子够。
        """,
        room="culture",
    ),
    Blueprint(
        "s6-ropes",
        "防溺水：绳结和救生圈",
        "education",
        "s6",
        ("children",),
        (18, 30),
        NowAndThen("15:00", "16:30", weekdays=(6,), months=(4, 5, 6, 7, 8, 9)),
        """
        学三种绳结，学扔救生圈，学喊人。
        记住一条：看见同伴落水，不手拉手去救，先叫大人。

        在屋里练，不下水。
        """,
        room="culture",
        registration=True,
        seats=30,
        party_max=3,
        ages=(7, 14),
    ),
    Blueprint(
        "s6-orchard-clinic",
        "义诊走进荔枝园",
        "fitness",
        "s6",
        ("everyone", "elderly"),
        (36, 110),
        NowAndThen("09:00", "11:00"),
        """
        果园忙，走不开，医生就到地头来。
        量血压，看腰腿，晒伤划伤的上点药。

        干活的不用换衣服，洗个手就来。
        """,
        place=places.ORCHARD_SIX,
    ),
    Blueprint(
        "s6-haircut",
        "榕树下义剪",
        "volunteering",
        "s6",
        ("elderly", "everyone"),
        (24, 70),
        NowAndThen("08:30", "10:30", past=3),
        """
        三把椅子，三面镜子，剪完洗头。
        出不了门的，登记一下，下午上门剪。

        不收钱，烟也不收。
        """,
        place=places.BANYAN_SIX,
    ),
    Blueprint(
        "s7-pruning",
        "荔枝树下剪枝课",
        "science",
        "s7",
        ("everyone",),
        (20, 60),
        NowAndThen("09:00", "10:30", past=3),
        """
        哪根留，哪根剪，站到树下才说得清。
        农技员剪一棵，大家各剪一棵，剪错了当场讲。

        带自己的枝剪，穿长袖。
        """,
        place=places.ORCHARD_SEVEN,
        cohosts=("s6",),
    ),
    Blueprint(
        "s7-law-fair",
        "法律赶集",
        "education",
        "s7",
        ("everyone",),
        (48, 140),
        NowAndThen("09:00", "11:00"),
        """
        赶集的日子，法律摊摆在菜摊中间。
        地界、彩礼、借条、工伤，问什么答什么。

        要写材料的，有人代写。
        """,
        place=places.YARD_SEVEN,
        cohosts=("s8",),
    ),
    Blueprint(
        "s7-old-tales",
        "晒谷场讲古",
        "culture",
        "s7",
        ("everyone", "children"),
        (28, 90),
        NowAndThen("19:00", "20:15"),
        """
        村里老人轮着讲，讲台风，讲赶海，讲头一回见到电灯。
        孩子坐前面，可以插嘴问。

        带张凳子，带件外套。
        """,
        place=places.YARD_SEVEN,
        cohosts=("s8", "s9"),
    ),
    Blueprint(
        "s7-courtyards",
        "美丽庭院，一起收拾",
        "volunteering",
        "s7",
        ("volunteers", "everyone"),
        (24, 70),
        NowAndThen("08:00", "09:30"),
        """
        柴火码齐，鸡笼挪后面，门口种两排花。
        先帮劳力少的人家收拾，再收拾自己家。

        花苗站里有，一户领十棵。
        """,
        place=places.LANES_SEVEN,
    ),
    Blueprint(
        "s8-riverbank",
        "周末河边捡垃圾",
        "volunteering",
        "s8",
        ("volunteers", "everyone"),
        (36, 110),
        NowAndThen("08:00", "09:30", weekdays=WEEKEND),
        """
        沿步道走一公里，一人一只夹子一只桶。
        捡完称一称，看看比上回少了多少。

        走路锻炼的顺手捡两个也算。
        """,
        place=places.BANK_EIGHT,
        cohosts=("s7", "s9"),
    ),
    Blueprint(
        "s8-fire-drill",
        "社区消防演练",
        "education",
        "s8",
        ("everyone",),
        (60, 170),
        NowAndThen("14:00", "15:30"),
        """
        灭火器拔销、握管、对准根部，人人试一次。
        再走一遍楼道，看看哪里堆了杂物。

        会放一点烟，不呛人，别害怕。
        """,
        place=places.SQUARE_EIGHT,
        cohosts=("s9",),
    ),
    Blueprint(
        "s8-letters",
        "侨眷家书，念给您听",
        "culture",
        "s8",
        ("overseas", "elderly"),
        (14, 24),
        NowAndThen("14:00", "15:30"),
        """
        压在箱底的信，字看不清了，拿来我们念。
        外文的有人翻，念完帮您抄一份大字的。

        信还是您的，当场带回。
        """,
        room="library",
        cohosts=("s7", "s9"),
        themes=("qiao",),
        registration=True,
        seats=24,
        party_max=3,
    ),
    Blueprint(
        "s8-dough",
        "捏面人",
        "culture",
        "s8",
        ("children",),
        (12, 20),
        NowAndThen("16:30", "17:30"),
        """
        五颜六色的面团，捏一只小猪，再捏一个孙悟空。
        师傅走过来帮一下手，猴子就活了。

        捏好晾两天，可以一直放着。
        """,
        room="classroom",
        cohosts=("s9",),
        registration=True,
        seats=20,
        party_max=3,
        ages=(6, 12),
    ),
    Blueprint(
        "s9-paper-bridge",
        "科学小实验：纸桥能站几枚硬币",
        "science",
        "s9",
        ("children",),
        (14, 24),
        NowAndThen("16:30", "17:30"),
        """
        一张纸搭在两本书上，放一枚硬币就塌。
        折一折再试，能放三十枚。

        最高纪录写在墙上，等你来破。
        """,
        room="science",
        cohosts=("s8",),
        registration=True,
        seats=24,
        party_max=3,
        ages=(7, 12),
    ),
    Blueprint(
        "s9-old-songs",
        "老歌会",
        "culture",
        "s9",
        ("elderly", "everyone"),
        (26, 50),
        NowAndThen("19:30", "20:50"),
        """
        歌本翻到哪页唱哪页，年轻人也跟得上。
        弹琴的是退休音乐老师，升半个调都随您。

        嗓子不好的，打拍子。
        """,
        room="culture",
        cohosts=("s8",),
    ),
    Blueprint(
        "s9-food",
        "厨房里的食品安全",
        "science",
        "s9",
        ("elderly", "everyone"),
        (16, 30),
        NowAndThen("14:30", "15:30"),
        """
        剩菜能放几天，发芽的土豆能不能吃？
        老师拿试纸现场测，看见颜色变了才信。

        不放心的油和酱，可以带来测。
        """,
        room="classroom",
        cohosts=("s8",),
        registration=True,
        seats=30,
        party_max=2,
    ),
    Blueprint(
        "s9-mending",
        "缝缝补补一上午",
        "volunteering",
        "s9",
        ("everyone", "elderly"),
        (16, 36),
        NowAndThen("09:00", "11:00"),
        """
        换拉链、锁裤脚、缝书包带，三台缝纫机踩起来。
        等的时候喝茶，半个钟头一件。

        衣服请先洗干净。
        """,
        room="culture",
    ),
    Blueprint(
        "s8-plot-draft",
        "亲子菜园开锄",
        "education",
        "s8",
        ("children", "everyone"),
        (16, 30),
        NowAndThen("09:30", "11:00", weekdays=WEEKEND),
        """
        楼后那块空地翻好了，一家认一垄。
        种什么还在商量，先把锄头备齐。
        """,
        place=places.SQUARE_EIGHT,
        registration=True,
        seats=30,
        status="draft",
    ),
    Blueprint(
        "s4-books-draft",
        "旧书漂流日",
        "culture",
        "s4",
        ("everyone",),
        (20, 40),
        NowAndThen("09:00", "11:00", weekdays=WEEKEND),
        """
        带一本看完的，换一本没看过的。
        扉页上写句话，给下一个读它的人。
        """,
        room="classroom",
        status="draft",
    ),
    Blueprint(
        "center-games-draft",
        "九站趣味运动会",
        "fitness",
        "center",
        ("everyone",),
        (120, 260),
        NowAndThen("09:00", "11:30", weekdays=WEEKEND),
        """
        一个站出一队，拔河、滚轮胎、端水跑。
        项目和奖品还没定，等各站回话。
        """,
        place=places.PLAZA,
        status="draft",
    ),
    Blueprint(
        "s6-seedlings-draft",
        "荔枝嫁接观摩",
        "science",
        "s6",
        ("everyone",),
        (14, 24),
        NowAndThen("09:00", "10:30"),
        """
        老把式嫁接一棵给大家看，切口怎么对，薄膜怎么缠。
        日子等天气定，芽动了才好接。
        """,
        place=places.ORCHARD_SIX,
        status="draft",
    ),
)
