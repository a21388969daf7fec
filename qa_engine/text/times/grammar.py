"""The words of times and the expressions they make. All of it reads folded text with numerals as ``normalise`` leaves
them: 四十八 is 48 there, 两 and 三 are not."""

import re
from datetime import time

from qa_engine.text.numerals import number_value

HOURS = {
    "分钟": 1 / 60, "分": 1 / 60, "刻钟": 0.25, "工作小时": 1.0, "小时": 1.0, "钟头": 1.0, "个钟": 1.0, "hours": 1.0,
    "hour": 1.0, "hrs": 1.0, "hr": 1.0, "h": 1.0, "工作日": 24.0, "自然日": 24.0, "天": 24.0, "日": 24.0,
    "星期": 168.0, "礼拜": 168.0, "周": 168.0, "个月": 720.0, "月": 720.0, "年": 8760.0,
}  # fmt: skip
DAYS = {
    "今天": 0, "今日": 0, "今儿": 0, "当天": 0, "当日": 0, "今": 0, "明天": 1, "明日": 1, "明儿": 1, "次日": 1,
    "第二天": 1, "隔天": 1, "隔日": 1, "翌日": 1, "明": 1, "后天": 2, "后日": 2, "后儿": 2, "大后天": 3,
}  # fmt: skip
WEEKS = {None: None, "": None, "本": 0, "这": 0, "这个": 0, "下": 1, "下个": 1, "下下": 2, "下下个": 2}
# When a part of the day is over, and whether an hour below twelve in it is one of the afternoon.
PARTS: dict[str, tuple[time | None, bool]] = {
    "凌晨": (time(6), False), "清早": (time(9), False), "清晨": (time(9), False), "一早": (time(12), False),
    "早晨": (time(12), False), "早上": (time(12), False), "上午": (time(12), False), "早": (time(12), False),
    "中午": (time(13), False), "正午": (time(13), False), "午间": (time(13), False), "晌午": (time(13), False),
    "下午": (None, True), "午后": (None, True), "傍晚": (time(19), True), "晚上": (time(23, 59, 59), True),
    "晚间": (time(23, 59, 59), True), "夜里": (time(23, 59, 59), True), "夜间": (time(23, 59, 59), True),
    "晚": (time(23, 59, 59), True), "夜": (time(23, 59, 59), True),
}  # fmt: skip
EDGES = {
    "下班": None, "收工": None, "打烊": None, "关门": None, "天黑": time(19), "天亮": time(6), "午饭": time(12),
    "吃饭": time(12), "晚饭": time(18), "睡觉": time(22),
}  # fmt: skip
_DIGIT = "一二两三四五六七八九"
NUMBER = rf"(?:[0-9]+(?:\.[0-9]+)?|[廿卅][一二三四五六七八九]?|[{_DIGIT}十])"
_TO = r"(?: ?(?:到|至|~|-|—|–|或者|或|、) ?)"
_UNITS = "|".join(sorted(HOURS, key=len, reverse=True))
# 分 and 年, 月, 日, h alone are more often something else: 三分满意, 三年级, 三月, 三日.
_UNIT = (
    rf"(?:(?!分(?!钟|之?内)|年(?!之?内|以内)|月(?!之?内|以内|左右)|日(?!之?内|以内|之?后|以后)|h[a-z])"
    rf"(?:{_UNITS}))"
)
_BY = "(?:之内|以内|内|左右|之后|以后|后|前|之前|以前|的时间)?"
SPAN = re.compile(
    rf"(?:(?:(?P<from>{NUMBER})个?(?:{_UNITS})?{_TO}|(?P<first>[{_DIGIT}]))?(?P<amount>{NUMBER})(?P<more>多|来)?"
    rf"(?P<half>个半)?|(?P<only_half>半)|(?P<about>个把))"
    rf" ?个?(?P<unit>{_UNIT})(?P<half_more>半)?"
    rf"(?:[零又]?(?P<more_amount>{NUMBER}|半)个?(?P<more_unit>分钟?|小时|钟头|天(?=之?内|后)))?{_BY}"
)
_PART = "|".join(sorted(PARTS, key=len, reverse=True))
_WEEK = "(?:周|星期|礼拜)"
_DAY = (
    rf"(?:(?P<day>{'|'.join(d for d in sorted(DAYS, key=len, reverse=True) if len(d) > 1)}|[今明](?=早|晚|夜|晨))"
    rf"|(?P<week>下下个|下下|下个|下|这个|本|这)?{_WEEK}(?P<weekday>[一二三四五六日天末]|[1-6](?![0-9]))(?![个宇])"
    rf"|(?P<in_week>下下个|下下|下个|下|这个|本|这){_WEEK}"
    r"|(?P<month_name>这个|本|下个|下)?月(?P<month_part>底|末)"
    rf"|(?:(?P<year>[0-9]{{4}})年)?(?P<month>1[0-2]|[1-9]|[{_DIGIT}十])月(?P<date>[0-9]{{1,2}}|[{_DIGIT}十]|廿[{_DIGIT}]?|卅一?)[号日]?"
    rf"|(?P<only_date>(?<![0-9])[0-9]{{1,2}}|[{_DIGIT}十]|廿[{_DIGIT}]?|卅一?)(?:号|日(?=之?前|以前|上午|下午|晚|早)))"
)
_MINUTES = (
    r"(?:半|[一三]刻|过?零?[0-9]{1,2}分?|过?零[一二三四五六七八九]分?"
    r"|(?:[一二三四五六七八九]?十|[一二三四五六七八九])分)"
)
_CLOCK = (
    rf"(?:(?P<hour>[0-9]{{1,2}}|[{_DIGIT}十])(?:点钟|点|时(?!间|候))(?P<minutes>{_MINUTES})?[整钟]?"
    r"|(?P<colon_hour>[0-9]{1,2})[::](?P<colon_minutes>[0-5][0-9]))"
)
_LATER_CLOCK = (
    rf"(?:{_TO}(?:{_PART})?(?:(?P<to_hour>[0-9]{{1,2}}|[{_DIGIT}十])[点时](?P<to_minutes>{_MINUTES})?[整钟]?"
    r"|(?P<to_colon_hour>[0-9]{1,2})[::](?P<to_colon_minutes>[0-5][0-9])))"
)
# Days, hours, parts of the day and its edges begin with one of these; what begins otherwise is no point in time.
_BEGINS = "".join(sorted({word[0] for words in (DAYS, WEEKS, PARTS, EDGES) for word in words if word}))
POINT = re.compile(
    rf"(?=[{_BEGINS}{_DIGIT}0-9十廿卅周星礼月的]){_DAY}?的?(?P<part>{_PART})?的?(?:{_CLOCK}{_LATER_CLOCK}?|(?P<edge>{'|'.join(EDGES)})(?=之?前|以前)"
    r"|(?P<same>(?:这个|同一|同样的?)(?:时候|时间|点)|此时|这会儿?))?"
    r"(?P<by>之前|以前|前|之内|以内|内|左右|前后)?"
)
AT_ONCE = re.compile("马上|立即|立刻|现在就|这就|第一时间|即刻|即时|当场|随即|立马|眼下就")
_FESTIVAL = "(?:端午|中秋|国庆|元旦|春节|清明|元宵|重阳|除夕|劳动节)"
FESTIVAL = re.compile(
    f"过(?:完|了){_FESTIVAL}节?|{_FESTIVAL}(?:节|假期|放假)*(?:之前|以前|前|之后|以后|过后|后|当天|当日)(?:[1-9一二两三四五]天)?"
)
"""端午节前一天: a time that nobody can reckon without a calendar of festivals."""
# Any of these characters stands in every time that the grammar reads.
SIGNS = re.compile("[天日时周期拜月钟晚早午刻末底班即立马场号h点晨夜间:：黑亮收打关饭觉]|个钟|时间|" + _FESTIVAL)

# What is no deadline though it has the words of a time.
NAMES = re.compile(
    "(?:热线|客服|营业|在线|不间断|服务|自助|开通|电话|门店|便利店|人工|值班|轮班|待机|无理由|包退|质保|保修|保质期|免费|会员|套餐|假期|两头|到晚)"
)
ELAPSED = re.compile("了(?!解)|过(?=了|的)|没(?!问题|关系|事)|(?:都|还|也|怎么|才|仍)[没不了到]|怎么|的时间了")
HABIT = re.compile(
    "(?:每[个天日周月晚年]?|天天|逢|上个?|前|昨天?的?|近|最近|过去|这几|头|已经|都|前天|快|超过|了(?:有|快|将近|整整|大概|大约|足足|至少)?"
    "|(?:工作|上班|营业|服务)时间(?:是|为|从)?)$"
)
AHEAD = re.compile(
    "明[天日早晚]|大?后[天日]|今[晚夜]|下个?(?:周|月|星期|礼拜)"
)  # no time that has passed: 登记好了明天答复
JUST_PAST = re.compile("(?:近|最近|过去|每个?|前|昨天?的?)$")
FROM_AN_EVENT = re.compile("(?:收到|审核|签收|检测|验收|入库|寄回|通过|确认)[^,。]{0,6}(?:之后|以后|后)的?$")
# 5号楼, 工号5号, 客服一三号, 三点要求, 第三天: numbers that count other things.
NOT_A_DATE = re.compile("[楼线柜店门院码房车箱库机窗桌厅馆台位人字选产]")
BEFORE_NO_DATE = re.compile(
    "(?:[工单编账房楼卡车门型尺座路街道弄巷栋第尾]号?|客服|坐席|座席|专员|专线|热线|前台)[零一二三四五六七八九幺]{0,3}$"
)
# 您好江城财险三号: who answers says his own.
GREETED = re.compile("(?:^|[,。])(?:您|你)好[,!]?[^,。?!您你的给月天]{0,14}$")
NOT_A_CLOCK = re.compile("[要建意事原问需说注不小都也的个]")


def number_of(text: str) -> float | None:
    """The value of a spoken or written number of the grammar."""
    if text == "半":
        return 0.5
    if text[:1] in ("廿", "卅"):
        tens = 20 if text[0] == "廿" else 30
        return float(tens + (number_value(text[1:]) or 0))
    if "." in text:
        return float(text)
    value = number_value(text)
    return None if value is None else float(value)


def minutes_of(text: str | None) -> int:
    """半 → 30, 一刻 → 15, 零5分 → 5; none → 0."""
    if not text:
        return 0
    fixed = {"半": 30, "一刻": 15, "三刻": 45}.get(text)
    if fixed is not None:
        return fixed
    return min(59, int(number_of(text.strip("过零分")) or 0))
