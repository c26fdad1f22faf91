"""Tell of the festivals from summer to autumn: 端午, 七夕, 中秋 and 重阳."""

from portal.demo import places
from portal.demo.blueprints import Blueprint, ForFestival

AUTUMN = (
    Blueprint(
        "duanwu-zongzi",
        "端午包粽子",
        "culture",
        "s8",
        ("everyone", "elderly"),
        (50, 60),
        ForFestival("duanwu", (-2,), "09:00", "11:00"),
        """
        粽叶泡好了，糯米也淘好了，就等您来包。
        不会绑绳的，阿嬷一教就会。

        一人包十个，带走五个，五个送给独居老人。
        """,
        room="culture",
        cohosts=("s7", "s9"),
        registration=True,
        seats=60,
    ),
    Blueprint(
        "duanwu-poems",
        "端午读诗，佩香囊",
        "culture",
        "center",
        ("everyone", "children"),
        (100, 280),
        ForFestival("duanwu", (0,), "09:00", "10:30"),
        """
        念一段《离骚》，再念一段孩子写的端午。
        念完领一只香囊，艾草的味道能留到中秋。

        座位先到先坐。
        """,
        place=places.PLAZA,
        cohosts=("office",),
    ),
    Blueprint(
        "duanwu-nyonya",
        "南洋粽什么味",
        "culture",
        "s3",
        ("overseas", "everyone"),
        (40, 50),
        ForFestival("duanwu", (-1,), "14:30", "16:30"),
        """
        蝶豆花把糯米染成蓝的，馅里放冬瓜糖和肉臊。
        归侨阿姨一边包，一边讲小时候在南洋怎么过端午。

        每人包三个，当场蒸。
        """,
        room="culture",
        cohosts=("s4", "s2"),
        themes=("qiao",),
        registration=True,
        seats=50,
    ),
    Blueprint(
        "duanwu-care-home",
        "粽子送到敬老院",
        "volunteering",
        "s6",
        ("elderly", "volunteers"),
        (70, 170),
        ForFestival("duanwu", (-1,), "09:00", "11:00"),
        """
        包小一点，煮烂一点，甜的咸的各一半。
        送到了别急着走，陪老人家吃完再收碗。

        想去的先到榕树下集合。
        """,
        place=places.CARE_HOME,
    ),
    Blueprint(
        "duanwu-sachet",
        "孩子们缝香囊",
        "culture",
        "s1",
        ("children",),
        (18, 30),
        ForFestival("duanwu", (-3,), "16:30", "18:00"),
        """
        一块花布，一把艾草，缝成三角粽的样子。
        针是钝头的，外婆们坐在旁边穿线。

        缝好系红绳，挂在书包上。
        """,
        room="classroom",
        registration=True,
        seats=30,
        party_max=3,
        ages=(6, 14),
    ),
    Blueprint(
        "duanwu-dry-boat",
        "旱地龙舟赛",
        "fitness",
        "s5",
        ("everyone",),
        (150, 400),
        ForFestival("duanwu", (0,), "15:30", "17:30"),
        """
        龙舟不下水，八个人抬着在河堤上跑。
        鼓点一乱就要摔跤，看的人比跑的人还累。

        各村（社区）自己组队，赛前半小时到。
        """,
        place=places.RIVER,
        cohosts=("s6",),
    ),
    Blueprint(
        "qixi-needles",
        "七夕乞巧：月下穿针",
        "culture",
        "s4",
        ("everyone", "elderly"),
        (36, 60),
        ForFestival("qixi", (0,), "19:00", "20:20"),
        """
        从前七夕，姑娘们比谁先穿过七根针。
        今晚比三根，戴老花镜的也上场。

        摆一桌瓜果，猜中的吃。
        """,
        room="morality",
        cohosts=("s2", "s3"),
    ),
    Blueprint(
        "qixi-couples",
        "金婚银婚补一张婚纱照",
        "culture",
        "s2",
        ("elderly",),
        (40, 50),
        ForFestival("qixi", (-1,), "14:30", "17:00"),
        """
        当年结婚只有一张小照片，今天补一张大的。
        衣服、化妆、相框都由志愿者备好。

        先报名，一对一对排时间，不用久等。
        """,
        room="culture",
        cohosts=("s4", "s3"),
        registration=True,
        seats=50,
        party_max=4,
    ),
    Blueprint(
        "qixi-hands",
        "巧手小课：编一条五彩绳",
        "culture",
        "s9",
        ("children",),
        (30, 50),
        ForFestival("qixi", (-2,), "15:00", "16:30"),
        """
        五种颜色的线，编一条戴在手上。
        先学平结，再学金刚结，半个钟头就能编成。

        多编一条，送给最想送的人。
        """,
        room="morality",
        cohosts=("s8",),
        registration=True,
        seats=50,
        party_max=3,
        ages=(6, 14),
    ),
    Blueprint(
        "qixi-young",
        "七夕青年茶会",
        "culture",
        "center",
        ("everyone",),
        (60, 100),
        ForFestival("qixi", (0,), "19:30", "21:00"),
        """
        一人一杯茶，一桌六个人，每刻钟换一桌。
        聊吃的、聊戏、聊家乡，聊得来的留个联系。

        十八岁以上，单身来，不用打扮。
        """,
        place=places.PLAZA,
        cohosts=("office",),
        registration=True,
        seats=None,
        party_max=1,
        ages=(18, 45),
    ),
    Blueprint(
        "qixi-family",
        "一家人一件事：家风晒一晒",
        "theory",
        "s7",
        ("everyone",),
        (70, 190),
        ForFestival("qixi", (1,), "19:30", "20:45"),
        """
        公婆夸媳妇，孙子夸爷爷，一家讲一件小事。
        讲得好的，家里那句老话写成条幅送您。

        晒谷场有灯，带张凳子。
        """,
        place=places.YARD_SEVEN,
        cohosts=("s8", "s9"),
    ),
    Blueprint(
        "qixi-outing",
        "七夕老歌对唱",
        "culture",
        "s6",
        ("everyone", "elderly"),
        (80, 200),
        ForFestival("qixi", (0,), "19:30", "21:00"),
        """
        男的坐一边，女的坐一边，一边一首往下接。
        接不上的那边，给对面倒茶。

        歌本站里印好了，字大。
        """,
        place=places.BANYAN_SIX,
    ),
    Blueprint(
        "zhongqiu-lanterns",
        "志愿者与小朋友一起做灯笼",
        "culture",
        "s8",
        ("children", "everyone"),
        (44, 60),
        ForFestival("zhongqiu", (-4, -2), "16:00", "17:30"),
        """
        柚子皮能做灯，竹篾和玻璃纸也能做灯。
        志愿者一人带三个孩子，从削竹篾做到点亮。

        爸爸妈妈一起来，做好的灯中秋夜提出去走。
        """,
        room="morality",
        cohosts=("s7", "s9"),
        registration=True,
        seats=60,
        party_max=4,
        ages=(4, 12),
    ),
    Blueprint(
        "zhongqiu-moon",
        "中秋广场赏月",
        "culture",
        "center",
        ("everyone", "overseas"),
        (280, 400),
        ForFestival("zhongqiu", (0,), "19:00", "21:00"),
        """
        月亮上来，灯就关小。
        合唱队唱南洋老歌，潮剧队唱一折《荔镜记》，孩子们提灯绕场。

        月饼切小块，一人尝一口。
        """,
        place=places.PLAZA,
        cohosts=("office",),
        themes=("qiao",),
    ),
    Blueprint(
        "zhongqiu-walk",
        "月下走一圈",
        "fitness",
        "s4",
        ("everyone",),
        (150, 370),
        ForFestival("zhongqiu", (0,), "19:30", "20:30"),
        """
        提着灯，从四区走到二区，再从三区走回来。
        一路有人报灯谜，猜中的往前走十步。

        走不远的在站门口等，月亮是一样的。
        """,
        place=places.DOOR_FOUR,
        cohosts=("s2", "s3"),
    ),
    Blueprint(
        "zhongqiu-care-home",
        "给敬老院送月饼",
        "volunteering",
        "s5",
        ("elderly", "volunteers"),
        (80, 190),
        ForFestival("zhongqiu", (-2,), "09:00", "11:00"),
        """
        低糖的、软皮的，老人家咬得动。
        孩子们画了月亮，贴在每个人床头。

        一起去的，早上八点半村口上车。
        """,
        place=places.CARE_HOME,
    ),
    Blueprint(
        "zhongqiu-kaya",
        "归侨老人教做咖椰月饼",
        "culture",
        "s3",
        ("overseas", "everyone"),
        (38, 50),
        ForFestival("zhongqiu", (-1,), "14:30", "16:30"),
        """
        椰浆、鸡蛋、斑兰叶，熬成咖椰当馅。
        在南洋过中秋，家家都是这个味道。

        两人共做一盘，烤好带走四个。
        """,
        room="morality",
        cohosts=("s4", "s2"),
        themes=("qiao",),
        registration=True,
        seats=50,
    ),
    Blueprint(
        "zhongqiu-verses",
        "中秋诗词接龙",
        "culture",
        "s1",
        ("everyone", "children"),
        (36, 60),
        ForFestival("zhongqiu", (-2,), "19:30", "20:45"),
        """
        带“月”字的诗，一人一句往下接。
        大人孩子混着分组，接不上可以问家里人。

        赢的一组先挑柚子。
        """,
        room="culture",
    ),
    Blueprint(
        "chongyang-care-home",
        "到敬老院慰问老人",
        "volunteering",
        "center",
        ("elderly", "volunteers"),
        (100, 260),
        ForFestival("chongyang", (0,), "09:00", "11:00"),
        """
        重阳这天，我们去敬老院。
        理发的理发，包饺子的包饺子，剩下的人陪着说话。

        老人家爱听潮剧，会唱的请一定来。
        """,
        place=places.CARE_HOME,
        cohosts=("office",),
    ),
    Blueprint(
        "chongyang-photos",
        "给长者照张好看的相",
        "culture",
        "s2",
        ("elderly",),
        (40, 50),
        ForFestival("chongyang", (-2,), "14:30", "17:00"),
        """
        志愿者帮着梳头、理领子，慢慢拍。
        一个人的、老两口的、全家的，都拍。

        照片洗好装框，行动不便的送上门。
        """,
        room="culture",
        cohosts=("s4", "s3"),
        registration=True,
        seats=50,
        party_max=5,
    ),
    Blueprint(
        "chongyang-climb",
        "重阳登高，走缓坡",
        "fitness",
        "s1",
        ("elderly", "everyone"),
        (80, 200),
        ForFestival("chongyang", (-1,), "07:30", "09:30"),
        """
        不爬陡山，走公园后面那条缓坡。
        十分钟歇一次，医疗队跟在后面。

        到顶上喝菊花茶，一起照张相。
        """,
        place=places.SQUARE_ONE,
    ),
    Blueprint(
        "chongyang-cake",
        "重阳糕分着吃",
        "culture",
        "s9",
        ("elderly", "children"),
        (44, 60),
        ForFestival("chongyang", (0,), "15:00", "16:30"),
        """
        米糕蒸九层，插一面小红旗。
        孩子端给老人，老人讲一个自己小时候的故事。

        怕甜的有原味。
        """,
        room="morality",
        cohosts=("s8", "s7"),
    ),
    Blueprint(
        "chongyang-clinic",
        "重阳义诊到村头",
        "fitness",
        "s6",
        ("elderly",),
        (80, 190),
        ForFestival("chongyang", (0,), "08:30", "11:00"),
        """
        量血压、看眼睛、查听力，一样一样过。
        结果写在卡片上，字写大，子女回来也看得懂。

        七十岁以上的先看。
        """,
        place=places.BANYAN_SIX,
    ),
    Blueprint(
        "chongyang-songs",
        "银发老歌会",
        "culture",
        "s4",
        ("elderly", "everyone"),
        (36, 60),
        ForFestival("chongyang", (1,), "15:00", "16:30"),
        """
        唱《我的祖国》，唱《梭罗河》，点什么唱什么。
        手风琴伴奏，忘词了看前面的大字。

        唱完吃甜汤。
        """,
        room="morality",
        cohosts=("s2", "s3"),
        themes=("qiao",),
    ),
)
