"""Exclusions that every pack knows: whom a word is meant for. A refusal is one of the agent to the customer; the same
word about a third party, a thing, a rule, the customer's own trouble, or said on the customer's side refuses nobody.

The expressions read folded text (你 for 您, 他 for 她, 的 for 得 and 地) within the clause of the hit.
"""

from collections.abc import Mapping

from qa_engine.rules.written.fields import Clause
from qa_engine.rules.written.models import Exclusion

PEOPLE = (
    "快递员|派件员|派送员|收派员|配送员|取件员|投递员|骑手|司机|师傅|小哥|网点|站点|站长|驿站|门店|仓库|商家|卖家|店家|店主|厂家|厂商"
    "|平台|系统|后台|海关|安检|银行|物业|保安|门卫|邻居|家人|家里人|家属|孩子|老人|收件人|寄件人|收货人|发件人|对方|人家|别人|大家"
    "|客户|前台|警察|租客|住户|业主|商户|供应商|施工队|开发商|医生|护士|老师|安装工|维修工|房东|房主|他们?"
)
_OUR_SIDE = "同事|专员|工程师|总部|财务"  # what they do not know is told; what they refuse, the centre refuses
_THINGS = "信号|网络|网速|手机|电脑|电池|电源|屏幕|话筒|耳机|摄像头|路由器|设备|机器|天气|路况|身体|视力|听力"
_STATE = "(?:不行|不可以|不知道|不清楚|没办法|没有办法|没法|没辙|不晓的)"
_ABLE = "(?:不知道|不清楚|没办法|没有办法|没法|不晓的)"
_OWN = (
    "(?:这边|那边|那里|家里?|自己|本人|手机|电脑|现在|目前|暂时|刚才|刚刚|之前|昨天|一直|还|也|都|可能|平时|是|说|讲|觉的|感觉"
    "|反映|提到|因为|由于|担心|登录|打开|密码|单号)"
)
_ASKED_FOR = "买卖凭规公因退换改赔取查催投便减送报开提申优免打找给帮这那了的啊呀哦呢吧嘛哈我你先就对是没"
_BAD = "这样|这么|那样|那么|这种|那种|如此|怎么能|晚|慢|差|乱|(?:坏|停|断|漏|拖|丢|错|耽误|延误)了"
_NAMED = (
    "级|式|版|系列|教程|日记|漫画|电影|小说|游戏|理科|科室?(?:的|室|号|医)|学|院|病人|患者|垫|玩偶|贴纸|表情包|糕|粉|茶|相机|瓜子"
    "|的(?:水|汤|油|锅|粥)|水|人家"
)


def _clause(near: str, within: int, regex: str) -> Clause:
    return Clause.model_validate({"near": near, "reach": "clause", "within": within, "regex": regex})


WHOM: Mapping[str, Exclusion] = {
    "double_negation": Exclusion(
        title="双重否定",
        any=(
            _clause(
                "before",
                8,
                "(?:不是|并非|不会|(?<!有)没有?|没说|哪里?|谁说|怎么会|怎么可能|什么)"
                "(?:说|是|就|完全|绝对|一定|真的|我们?|什么|不能){0,2}$",
            ),
        ),
    ),
    "third_party": Exclusion(
        title="说的是别人或设备",
        any=(
            _clause("around", 16, f"(?:{PEOPLE}|{_OUR_SIDE})(?!.{{0,4}}说)[^我咱的]{{0,8}}{_STATE}"),
            _clause(
                "around", 20, f"(?:{PEOPLE})(?:那边|这边)?(?:说|讲|表示|回复|反馈|通知|告知)[^我咱]{{0,12}}{_STATE}"
            ),
            _clause("around", 12, f"(?:{_THINGS})[^我咱你的]{{0,5}}(?:不行|不清楚)"),
        ),
    ),
    "said_back": Exclusion(
        title="复述客户自己的情况",
        any=(
            _clause("around", 14, f"(?<![跟和向给对与同])你{_OWN}{{0,4}}{_ABLE}"),
            _clause("around", 24, f"你[^我]{{0,14}}{_STATE}[^我]{{0,8}}(?:对吧|是吧|对吗|是吗|对不对|是不是)"),
            _clause(
                "around", 14, "(?<![跟和向给对与同])你(?:是|刚才|刚刚)?(?:说|讲|反映|提到|描述)[^我]{0,6}不(?:行|可以)"
            ),
        ),
    ),
    "siding": Exclusion(
        title="站在客户一边",
        any=(
            _clause(
                "around",
                20,
                f"(?<!你)(?:{_BAD}|不打|不送|不经|不通知|不上门|一次都没)[^我咱]{{0,14}}"
                "(?:确实|肯定|当然|可|是|真的|真是|绝对|实在|那)不(?:行|可以|应该)",
            ),
        ),
    ),
    "rule_told": Exclusion(
        title="说明规定或注意事项",
        any=(
            _clause("around", 8, f"不可以(?:(?![{_ASKED_FOR}])[\u4e00-\u9fff]|对着|提(?![前供交出]))"),
            _clause(
                "around",
                24,
                "(?:按照?|根据|依照|依据)[^我]{0,10}(?:规定|政策|法律|要求|标准)[^我退换赔]{0,8}不(?:可以|行)",
            ),
            # who says sorry for it and what rule it is refuses like a person: 国家有规定, 很抱歉没办法帮您寄
            Clause(
                near="turn",
                regex="(?:规定|政策|法律|条例|危险品|违禁品)[^?]{0,30}(?:抱歉|对不起|不好意思)[^,。?]{0,4}(?:没办法|没法|不可以)"
                "|(?:抱歉|对不起|不好意思)[^?]{0,14}(?:没办法|没法|不可以)[^?]{0,20}(?:规定|政策|法律|条例|危险品|违禁品)",
            ),
        ),
    ),
    "named": Exclusion(
        title="名称、字面意思",
        any=(
            Clause(near="marks"),
            _clause("after", 4, f"^(?:{_NAMED})"),
            _clause("around", 10, "(?:宝宝|孩子|小孩|婴儿|新生儿|狗狗?|猫咪?|肚子|肠胃)[^你]{0,6}放屁"),
        ),
    ),
    "self_blame": Exclusion(
        title="说的是自己",
        any=(
            _clause(
                "before", 10, "我们?(?:这|这个|人|脑子|脑袋|眼睛|手|真是|真|可真|怎么这么|就是|是|个|太|真的){0,5}$"
            ),
        ),
    ),
}
