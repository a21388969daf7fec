"""The exclusions that every pack knows without writing them: 否定, 询问, 转述, 假设, 委婉询问, and for whom a word is.

They look at wording near a hit, within its clause, on folded text (你 for 您, 的 for 得). Where a wording can be read
both ways it excuses: a point taken wrongly costs more than one not taken. A pack may define an exclusion of the same
name: its own counts then.
"""

from collections.abc import Mapping
from types import MappingProxyType

from qa_engine.rules.written.fields import Clause
from qa_engine.rules.written.models import Exclusion
from qa_engine.rules.written.whom import PEOPLE, WHOM

# 不得不, 好不容易, 要不, 不会不, 是不是 and 特别 deny nothing.
_DENIES = (
    "(?:(?<![得好要])(?<!不[会能可敢])(?<!是(?=不是))不|没有?人?|(?<![特分区级性类])别|未|无法|没有?办?法|勿|莫|甭"
    "|很?难以?|拒绝|谢绝|严禁|禁止|杜绝|避免|哪[能敢]|岂[能敢]|谁[能敢]|怎么(?:可能|能|敢|会)|用不着|懒得)"
)
# What may stand between a negation and what it denies; 我 only in 是我, 要我 and the like: 不会，我保证 denies nothing.
_BETWEEN = (
    "(?:[是要让叫用]我们?|是|会|能|敢|想|要|用|必|打算|准备|可以|可能|需要|需|给|去|再|便|有|为|做出?|作出?|给出|跟|向|对"
    "|您|你|们|轻易|随便|随意|口头|私自|一定|先|现在|马上|立刻|当场|直接|提前|完全|百分之?百|就|什么|任何|过|相信|[他她]们?的|商家的){0,4}"
)
_OTHERS = f"(?:{PEOPLE}|客服|坐席|店员|顾客|用户|她们?)"
_SAYS = (
    "(?:说|讲|提到|反映|认为|觉得|指|要求|表示|强调|听到|骂|喊|答应|以为|感觉|描述)"
    "(?:的|了|过|到|我们|他们|您|你|他|她|我|谁|是|道|这个|那个|那种|这种){0,3}$"
)

BUILT_IN: Mapping[str, Exclusion] = MappingProxyType(
    {
        "negation": Exclusion(
            title="否定",
            any=(
                Clause(reach="clause", near="before", within=12, regex=f"{_DENIES}{_BETWEEN}$"),
                Clause(reach="clause", near="after", within=3, regex="^(?:不了|不到|不出|不起|不上)"),
            ),
        ),
        "question": Exclusion(
            title="询问",
            any=(
                # 行不行, 方便不方便; but 不行不行 refuses twice.
                Clause(reach="clause", near="around", within=4, regex=r"(?<!不)([^不]{1,2})[不没]\1"),
                Clause(reach="clause", near="before", within=4, regex="(?:是不是|是否|有没有|能否|可否)$"),
                Clause(
                    reach="clause",
                    near="after",
                    within=6,
                    regex=r"^(?:的|了|是|对|呀){0,2}(?:吗|么|\?|(?:对|是|没错|对不|是不)(?:吧|对|是))",
                ),
            ),
        ),
        "quotation": Exclusion(
            title="转述",
            any=(
                Clause(
                    reach="clause",
                    near="before",
                    within=12,
                    regex=f"(?:(?<![跟和向给对与同])[您你]|先生|女士|{_OTHERS}(?:[对跟和向][您你])?)(?:刚才|刚刚|之前|上次|前面|是|所|这边|那边){{0,3}}{_SAYS}",
                ),
                # 您反映师傅让您…: whatever follows is what the customer told; 您反映的问题 is a thing
                Clause(
                    reach="clause",
                    near="before",
                    within=16,
                    regex="(?<![跟和向给对与同])[您你](?:刚才|刚刚|之前|昨天|是)?(?:反映|提到|描述|投诉)(?!的)[^我]{1,12}$",
                ),
                # 我没说不行, 没有骂您…
                Clause(
                    reach="clause",
                    near="before",
                    within=10,
                    regex="(?:没有?|不是|从不)(?:说|讲|骂)(?:过|是|您|你|他|她|我们?|谁|这){0,3}$",
                ),
                # 您要我保证, 他让您私下…
                Clause(
                    reach="clause",
                    near="before",
                    within=10,
                    regex=f"(?:您|你|{_OTHERS})(?:是|非)?(?:要|让|叫|想让|希望|要求|教)(?:您|你|我们?)$",
                ),
                # 商家承诺的, 他们保证过, 您要我们保证
                Clause(
                    reach="clause",
                    near="around",
                    within=8,
                    regex=f"(?:{_OTHERS}(?:是|的|所|当时|之前){{0,2}}|[您你](?:是|非)?(?:要|让|叫|想让|希望|要求)我们?)"
                    "(?:[给跟向对][您我])?(?:保证|承诺|担保)",
                ),
                Clause(reach="clause", near="before", within=4, regex="(?:所谓的?|什么叫)$"),
                Clause(near="marks"),
            ),
        ),
        "condition": Exclusion(
            title="假设",
            any=(
                Clause(reach="clause", near="before", within=12, regex="(?:如果|要是|假如|假设|万一|倘若|一旦|除非)"),
                Clause(reach="clause", near="after", within=6, regex="的话"),
            ),
        ),
        "polite": Exclusion(
            title="委婉询问",
            any=(
                Clause(
                    reach="clause",
                    near="after",
                    within=12,
                    regex="^(?:您|你|咱们?|先生|女士|小姐)?(?:这边|那边|现在|今天|明天|目前|是|对){0,3}"
                    "(?:是否|可否|能否|可不可以|能不能|方不方便|方便|有没有|还有|是不是|怎么称呼|如何称呼|贵姓|需要|想要|想|愿不愿意"
                    "|介不介意|哪[一位里个]|[查说指问]的是哪|要[查寄问咨退换].{0,2}哪)",
                ),
                # 不知道哪款适合您; but 不知道你在说什么, 不清楚你自己查
                Clause(
                    reach="clause",
                    near="around",
                    within=12,
                    regex="(?:不知道|不清楚|不晓得)(?![^你]{0,8}你(?:自己|问|去|找|打|别|爱|上|看着|在说|说的?什么|想干|要干|想怎"
                    "|讲什么|还|怎么|急|催|要是))[^你我]{1,8}你",
                ),
                # 有什么不清楚的(地方)您可以问
                Clause(reach="clause", near="after", within=6, regex="^的(?:地方|问题|话|您|你|可以|随时|都可以|尽管)"),
            ),
        ),
        **WHOM,
    }
)
