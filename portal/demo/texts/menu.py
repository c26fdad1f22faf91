"""Name the services of the demo's two menu editions, and what people ordered."""

from dataclasses import dataclass

from portal.activities.models import Audience, Category
from portal.orders.menu_models import Where

MORNING, AFTERNOON, EVENING = 1, 2, 4
EDITIONS = ("第一期", "第二期")
ABOUT = "都不收费。点了单，两个工作日内有人回话。"
PUBLISHER = "郑文强（示例）"


def week(*days: int, parts: int = MORNING) -> int:
    """Return the bits of some parts of some weekdays, Monday 0."""
    bits = 0
    for day in days:
        bits |= parts << (day * 3)
    return bits


@dataclass(frozen=True, slots=True)
class Dish:
    """One service before it has an edition: its teams by name, its stations by slug (none: all)."""

    title: str
    category: Category
    summary: str
    text: str
    teams: tuple[str, ...]
    stations: tuple[str, ...] = ()
    place: Where = Where.EITHER
    times: int = 0
    lead_days: int = 2
    people_min: int = 1
    people_max: int | None = None
    audience: Audience = Audience.EVERYONE
    skill: str = ""
    qualification: str = ""
    risk: str = ""
    bring: str = ""
    first_edition: bool = False  # was on the first menu, too


DISHES = (
    Dish(
        "上门理发",
        Category.VOLUNTEERING,
        "每位 20 分钟左右",
        "腿脚不便、卧床的老人，师傅上门剪。只剪短，不烫不染。",
        ("邻里帮帮队",),
        place=Where.HOME,
        times=week(1, 4),
        audience=Audience.ELDERLY,
        skill="理发",
        bring="请备一条毛巾，旁边留个插座",
        risk="卧床的老人请家里人在旁边",
        people_max=5,
        first_edition=True,
    ),
    Dish(
        "陪同就医",
        Category.VOLUNTEERING,
        "到区医院、市人民医院",
        "陪着挂号、拿药、听医生怎么说，回来讲给家里人听。不替家属签字。",
        ("邻里帮帮队", "侨务关爱队"),
        place=Where.HOME,
        lead_days=1,
        audience=Audience.ELDERLY,
        skill="陪诊",
        risk="队员有志愿者保险；手术和签字要家属到场",
        bring="身份证、社保卡、病历本",
        first_edition=True,
    ),
    Dish(
        "小家电维修",
        Category.VOLUNTEERING,
        "只收零件钱",
        "电风扇、电饭煲、台灯都可以拿来看看，搬不动的上门。",
        ("巧手公益队",),
        times=week(0, 2, 4, parts=MORNING | AFTERNOON),
        lead_days=1,
        skill="修家电",
        risk="空调外机、燃气具不修",
        first_edition=True,
    ),
    Dish(
        "代买代办",
        Category.VOLUNTEERING,
        "当天送到，只收货钱",
        "买菜买药、交水电费、取快递。药要有处方的请把处方拍好。",
        ("邻里帮帮队", "第二社区楼长队"),
        ("s2", "s3", "s4"),
        place=Where.HOME,
        lead_days=0,
        skill="代办",
    ),
    Dish(
        "清一清房前屋后",
        Category.VOLUNTEERING,
        "一个上午",
        "独居老人的院子、门前水沟，我们带工具来清。",
        ("清水绿岸队", "第六村荔枝园护绿队"),
        place=Where.HOME,
        times=week(5, 6),
        lead_days=3,
        skill="清洁",
        risk="爬高和电线不碰",
    ),
    Dish(
        "把政策讲到家门口",
        Category.THEORY,
        "10 人就讲，45 分钟",
        "医保、养老、惠农补贴，讲成家常话。普通话、潮州话、客家话都行。",
        ("侨乡宣讲队", "政策快递队"),
        place=Where.STATION,
        lead_days=3,
        people_min=10,
        people_max=120,
        skill="宣讲",
        first_edition=True,
    ),
    Dish(
        "侨法侨策说明白",
        Category.THEORY,
        "一次一小时",
        "归侨侨眷的身份、住房、探亲怎么办，律师坐着慢慢说。",
        ("侨心法律队", "侨务关爱队"),
        ("s2", "s4", "s8"),
        place=Where.STATION,
        times=week(1, parts=AFTERNOON),
        audience=Audience.OVERSEAS,
        skill="法律",
        qualification="律师或法律工作者",
    ),
    Dish(
        "手机一对一教学",
        Category.EDUCATION,
        "每次一小时，学会为止",
        "微信、挂号、防骗、大字模式，一个志愿者教一位老人。",
        ("小橘灯助学队",),
        times=week(5, 6, parts=MORNING | AFTERNOON),
        audience=Audience.ELDERLY,
        skill="教手机",
        bring="自己的手机，充好电",
        first_edition=True,
    ),
    Dish(
        "四点半功课辅导",
        Category.EDUCATION,
        "一到六年级，放学到五点半",
        "写作业、改错题，坐一张桌子一起写。",
        ("小橘灯助学队", "农家书屋领读队"),
        place=Where.STATION,
        times=week(0, 1, 2, 3, 4, parts=AFTERNOON),
        audience=Audience.CHILDREN,
        skill="辅导功课",
        people_max=6,
        risk="家长接送，孩子不自己离开",
    ),
    Dish(
        "认骗局，一听就懂",
        Category.EDUCATION,
        "8 人就讲",
        "最近本地骗过人的几招，一招一招演给大家看。",
        ("防诈反诈队",),
        place=Where.STATION,
        times=week(2, parts=AFTERNOON),
        people_min=8,
        people_max=80,
        audience=Audience.ELDERLY,
        skill="反诈",
    ),
    Dish(
        "送春联、写福字",
        Category.CULTURE,
        "自带红纸也行",
        "当场写，写到大家都有。",
        ("政策快递队",),
        lead_days=3,
        people_min=5,
        people_max=100,
        skill="写字",
    ),
    Dish(
        "归侨故事讲给孩子听",
        Category.CULTURE,
        "学校、幼儿园都可以点",
        "当年怎么坐船回来，带回来些什么，老人自己讲。",
        ("归侨故事队",),
        place=Where.STATION,
        lead_days=5,
        people_min=10,
        people_max=60,
        audience=Audience.CHILDREN,
        skill="讲故事",
        first_edition=True,
    ),
    Dish(
        "学做侨乡点心",
        Category.CULTURE,
        "椰浆饭、春卷、糍粑",
        "食材站里备，人人动手，做完带走。",
        ("侨味厨房队",),
        ("s4", "s8", "s9"),
        place=Where.STATION,
        times=week(5, parts=MORNING | AFTERNOON),
        lead_days=5,
        people_min=6,
        people_max=16,
        skill="做饭",
        qualification="健康证",
        risk="有花生、虾，过敏的请先说",
    ),
    Dish(
        "科学小实验进课堂",
        Category.SCIENCE,
        "6 到 12 岁，40 分钟",
        "盐会跳舞，蛋会浮，看完自己做一遍。",
        ("小实验家队", "科普大篷车队"),
        place=Where.STATION,
        lead_days=5,
        people_min=10,
        people_max=45,
        audience=Audience.CHILDREN,
        skill="做实验",
    ),
    Dish(
        "荔枝、番石榴果园问诊",
        Category.SCIENCE,
        "到果园里看",
        "叶子黄了、果子裂了，带着懂的人去地里看。",
        ("科普大篷车队",),
        ("s5", "s6", "s7"),
        place=Where.HOME,
        lead_days=2,
        skill="种植",
        bring="把长虫的叶子摘几片装袋",
    ),
    Dish(
        "八段锦上门教",
        Category.FITNESS,
        "6 人以上，教三次",
        "坐着也能练的一套，先教动作，再跟音乐。",
        ("医疗健身队", "第一社区夕阳红队"),
        times=week(1, 3),
        people_min=6,
        people_max=30,
        audience=Audience.ELDERLY,
        skill="八段锦",
        risk="血压高、刚手术的请先问医生",
    ),
    Dish(
        "量血压、测血糖",
        Category.FITNESS,
        "量完写在小本子上",
        "量血压、测血糖、看懂体检单。不开药。",
        ("医疗健身队",),
        times=week(1, 3),
        audience=Audience.ELDERLY,
        skill="量血压",
        qualification="护士执业证",
        people_max=30,
        first_edition=True,
    ),
)

# What people wrote where the menu had nothing, and the title that staff gave it, with its category.
WISHES = (
    ("家里大门的合页松了，一个人抬不动，想请人来看看。", "修一扇大门", Category.VOLUNTEERING),
    ("想找人陪我妈说说印尼话，她最近老念叨小时候。", "陪归侨老人说印尼话", Category.VOLUNTEERING),
    ("孩子三年级，作文写不出来，想请人带一带。", "三年级作文辅导", Category.EDUCATION),
    ("独居，卫生间滑，想装个扶手。", "给独居老人装扶手", Category.VOLUNTEERING),
    ("队里想学打大鼓，差个老师。", "请老师教大鼓", Category.CULTURE),
    ("宅基地和隔壁说不清，想问问懂法律的。", "宅基地法律咨询", Category.THEORY),
    ("我爸刚出院，想学怎么给他翻身、按摩。", "学照顾卧床老人", Category.FITNESS),
    ("想请人教老人用血糖仪，家里买了不会用。", "教老人用血糖仪", Category.FITNESS),
    ("村口路灯坏了三盏，晚上放学黑。", "村口路灯", Category.VOLUNTEERING),
    ("想看一次星星，孩子们都没用过望远镜。", "带孩子看一次星星", Category.SCIENCE),
)
OFTEN = ("李", "陈", "林", "黄")  # surnames
NOTES = ("耳朵背，请说慢一点", "女儿周四在家", "住三楼，没有电梯", "狗拴好了，按门铃就行", "上午都在家")
REPORTS = ("都办好了，老人很高兴", "比说的多来了两位，一起做了", "下次想约固定时间", "零件换了，收据给家里了")
PRAISE = ("很耐心，谢谢", "准时", "比自己去方便多了", "孩子还想再来一次", "")
COMPLAINTS = ("来了两次没修好，也没说什么时候再来", "约的九点，十点半才到")
DECLINES = ("这周人手排满了", "没有会这个的队员", "那天队里有别的活动")
REFUSALS = (
    "这个要有执业资格的人来做，请到区卫生院问",
    "路灯归区里管，已经替您报了，电话 12345",
    "和前一单重了",
)
QUESTION = "请问您几点在家？门牌是几号？"
CHANGED_MIND = "女儿回来了，不用了"
NOBODY_CAN = "问过几支队，都没有会这个的人"
WHY_THIS_TEAM = "近，手上的单不多"
CALLED_BACK = "打过电话，队长当面道了歉，约好下次早到"


def granny(surname: str, age: int) -> str:
    """Return what an old neighbour is called, and how old she is."""
    return f"{surname}阿婆，{age} 岁"


def lane(number: int, house: int) -> str:
    """Return an address that there is not."""
    return f"{number} 巷 {house} 号（示例）"
