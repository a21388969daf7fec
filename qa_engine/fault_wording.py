"""Faults and errors in the words of those who read pages and reports, by their kinds."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from qa_engine.errors import Fault, FaultKind, FaultyFileError, QaError
from qa_engine.fact_wording import SCENARIOS
from qa_engine.wording import CHANNELS, DIRECTIONS, SEVERITIES, SPEAKERS

FAULTS: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.NO_SUCH_FILE: "没有这个文件或文件夹",
        FaultKind.NO_RIGHT: "没有读取权限",
        FaultKind.CANNOT_READ: "无法读取（系统错误 {}）",
        FaultKind.NOT_A_FILE: "不是文件",
        FaultKind.TOO_LARGE: "超过 {} MB",
        FaultKind.NOT_TEXT: "不是文本文件，请另存为 CSV（UTF-8）",
        FaultKind.ENCODING: "编码无法识别，请另存为 UTF-8",
        FaultKind.NOT_CSV: "不是正确的 CSV（{}）",
        FaultKind.NOT_WORKBOOK: "表格或文档打不开，请另存为 CSV（UTF-8）",
        FaultKind.NOT_JSON: "不是正确的 JSON（{}）",
        FaultKind.EMPTY: "内容为空",
        FaultKind.LINK: "文件夹链接不会跟随，请直接写明该文件夹",
        FaultKind.OUTSIDE: "路径超出了清单或导入的文件夹",
        FaultKind.NO_FOLDER: "监视的文件夹不存在",
        FaultKind.LIST_UNREAD: "清单读不出来，此文件夹暂不导入",
        FaultKind.LIST_CUT: "等待：所在文件夹的清单没有读完",
        FaultKind.STILL_WRITTEN: "仍在写入（{} 秒前还有变化），{} 秒不变后再收",
        FaultKind.CHANGED: "读取时文件有变化，稍后再收",
        FaultKind.MACHINE: "未能收下（{}）",
        FaultKind.SETTING: "设置有误，或缺少组件（{}）",
        FaultKind.STORE_NOTHING: "对象存储里没有这个文件、文件夹或存储桶",
        FaultKind.STORE_KEY: "对象存储拒绝了密钥，请给工作进程换一个有列出和读取权限的密钥",
        FaultKind.STORE_AWAY: "对象存储读不出来（{}），请核对地址以及存储是否在运行",
        FaultKind.NO_COLUMN: "缺少列「{}」；现有：{}",
        FaultKind.COLUMN_TWICE: "列「{}」出现了两次",
        FaultKind.COLUMN_UNNAMED: "有一列没有表头",
        FaultKind.TOO_MANY_CELLS: "有 {} 格，而表头只有 {} 列",
        FaultKind.NO_OBJECT: "每行应为一个 JSON 对象",
        FaultKind.NO_FILE_NAMED: "没有写文件名",
        FaultKind.BAD_PATH: "路径不可用",
        FaultKind.NAMES_NOTHING: "既没有通话编号，也没有文件名",
        FaultKind.NO_ID: "通话编号为空",
        FaultKind.ID_TWICE: "通话编号 {} 在第 {} 行已经有了",
        FaultKind.FILE_TWICE: "这个文件在第 {} 行已经有了",
        FaultKind.BAD_ID: "通话编号只能用字母、汉字、数字和 . _ - @ : + =，不以点开头，最多 128 个字符",
        FaultKind.LONG_ID: "通话编号最多 {} 字节，即 {} 个汉字",
        FaultKind.BAD_TIME: "「{}」不是日期时间，应如 2026-03-02 09:15:00",
        FaultKind.DATE_ORDER: "「{}」分不清日和月，请设置 QA_DATE_ORDER，或写成 2026-03-02",
        FaultKind.BAD_YEAR: "年份 {} 不在 {} 至 {} 之间",
        FaultKind.BAD_NUMBER: "「{}」不是可用的数",
        FaultKind.NOT_ONE_OF: "「{}」不是可选的值：{}",
        FaultKind.NO_TEXT_VALUE: "应为文本",
        FaultKind.UNFIT: "含有无法保存的字符，请重新导出",
        FaultKind.ID_TAKEN: "通话编号 {} 已属于另一份录音（{}），请更正",
        FaultKind.BUSY: "通话 {} 正在处理，处理完再更正",
        FaultKind.WITH_PERSON: "通话 {} 已由人员复核，不再更改",
        FaultKind.NO_TRANSCRIPT: "不是可读的通话文字",
        FaultKind.NO_TURNS: "没有对话内容",
        FaultKind.SEVERAL_CALLS: "文件里有多通通话；请每通一个文件，或用命令 qa-engine ingest 整份导入",
        FaultKind.SEVERAL_BESIDE: "一份录音旁有 {} 份文字",
        FaultKind.NO_SPEAKER: "看不出说话人，每句请以「坐席：」或「客户：」开头",
        FaultKind.TIMES: "时间不对，应为距通话开始的秒数",
        FaultKind.CONTENT: "内容不合格式",
        FaultKind.MORE: "另有 {} 处",
        FaultKind.NO_ROLE: "「{}」不是角色",
        FaultKind.BAD_NAME: "用户名只能用字母、汉字、数字和 . _ - @，1 至 {} 个字符，也不能用系统保留的名字",
        FaultKind.NAME_TAKEN: "用户名 {} 已经有了；账号不会删除，不再使用时请停用",
        FaultKind.NO_ACCOUNT: "没有账号 {}",
        FaultKind.NO_AGENT_ID: "坐席账号须填写工号，只能看该工号的通话",
        FaultKind.OWN_ACCOUNT: "不能停用自己的账号，也不能改自己的角色",
        FaultKind.BAD_TITLE: "姓名和班组最多 {} 个字符，不含换行等控制字符",
        FaultKind.TOKEN_DAYS: "令牌有效期为 1 至 {} 天",
        FaultKind.TOKEN_TITLE: "请用 1 至 {} 个字符写明令牌给哪个程序用",
        FaultKind.TOKEN_RIGHTS: "请至少选一项权限，且须是该角色已有的权限",
        FaultKind.BAD_ADDRESS: "地址须以 http:// 或 https:// 开头，最多 {} 个字符，不含空格和汉字",
        FaultKind.PASSWORD_IN_ADDRESS: "地址里不能写密码，请接收方核对签名",
        FaultKind.THIS_MACHINE: "{} 是本机地址，须先在 QA_WEBHOOK_HOSTS 中写明",
        FaultKind.NO_EVENT: "请至少选一种事件",
        FaultKind.NOT_GIVEN_UP: "这条消息没有放弃发送，无需重发",
        FaultKind.YAML: "YAML 写法有误：请检查这一行和上一行的缩进、冒号、引号与括号",
        FaultKind.FIELD_UNKNOWN: "不认识的字段「{}」{}",
        FaultKind.FIELD_MISSING: "缺少必填字段「{}」",
        FaultKind.FIELD_CHOICE: "「{}」不能是「{}」，可用：{}",
        FaultKind.FIELD_VALUE: "「{}」{}",
        FaultKind.BAD_FIELD: "「{}」的值不正确",
        FaultKind.NO_GOLDEN: "不是一份标准通话：应为转写文件加上 golden 一项（title 标题，fail 应扣分的规则）",
        FaultKind.NO_GOLDEN_CASE: "没有这份标准通话，可能已经收入",
        FaultKind.NO_WHY: "请写明为什么改，它永远留在这一版旁边",
        FaultKind.RULES_ELSEWHERE: "本机用 QA_RULES_DIR 指定了规则目录，不能发布；请管理员取消这个设置",
        FaultKind.NOT_A_DRAFT: "不是规则草稿：缺少规则包或评分表",
        FaultKind.NO_DRAFT: "没有草稿 {}，可能已经删除",
        FaultKind.NO_DRAFT_FILE: "草稿里没有文件 {}",
        FaultKind.NO_DRAFT_RULE: "草稿里没有规则 {}",
        FaultKind.NO_DRAFT_LIST: "草稿里没有短语表 {}",
        FaultKind.NO_EDITION: "没有第 {} 版规则",
        FaultKind.DECIDED: "{} 已经判为{}，没有覆盖",
        FaultKind.NOT_SIGNED: "这一通没有签名，不用重新打开",
        FaultKind.DRAW_NUMBER: "一次盲抽 1 至 {} 通",
        FaultKind.BAD_CORRECTION: "改正须与原句不同、1 至 {} 个字；遮住的号码请原样保留",
        FaultKind.NO_FORM: "这一通还没有考评表：正在处理、不予质检或已隔离",
        FaultKind.BEING_APPEALED: "申诉正在处理，答复之后才能确认",
        FaultKind.APPEAL_WORDS: "请用 1 至 {} 个字写明为什么不认可",
        FaultKind.APPEAL_LATE: "申诉期已于 {} 结束",
        FaultKind.FORM_ACCEPTED: "这张考评表已经确认，不能再申诉",
        FaultKind.APPEALED_BEFORE: "这一项已经申诉过",
        FaultKind.NOTHING_LOST: "这一项没有失分，无需申诉",
        FaultKind.NOT_DECIDED: "还有 {} 处没有判断，不能签名",
        FaultKind.BAD_DECISION: "这一项不能这样判：分值超出范围，或缺少理由",
    }
)
"""What is wrong with what came from outside, with the values of the fault in their order."""
_OF_FIELDS = frozenset(
    {
        FaultKind.FIELD_UNKNOWN,
        FaultKind.FIELD_MISSING,
        FaultKind.FIELD_CHOICE,
        FaultKind.FIELD_VALUE,
        FaultKind.BAD_FIELD,
    }
)
COLUMNS = {
    "file": "文件",
    "call_id": "通话编号",
    "agent_id": "坐席工号",
    "agent_name": "坐席姓名",
    "team": "班组",
    "direction": "方向",
    "scenario": "业务场景",
    "started_at": "通话开始时间",
    "agent_channel": "坐席声道",
    "customer_number": "客户号码",
    "ring_seconds": "振铃秒数",
    "ended_by": "结束方式",
    "csat": "客户满意度",
}
"""Columns of lists, fields of a handing in."""


def fault_words(fault: Fault) -> str:
    """What is wrong, without the place; what nobody has put into words stays as it was told."""
    said = _said(fault.kind, fault.values)
    if said is None:
        return fault.message
    column = COLUMNS.get(fault.subject or "")
    return f"{column}：{said}" if column and column not in said and fault.subject != "file" else said


def error_words(error: QaError) -> str:
    """What a page says of an error; what nobody has put into words stays as it was told."""
    return _said(error.kind, error.values) or str(error)


def _said(kind: FaultKind | None, values: Sequence[str]) -> str | None:
    words = FAULTS.get(kind) if kind is not None else None
    if words is None or words.count("{}") > len(values):
        return None
    if kind in _OF_FIELDS:
        values = (_field(values[0]), *values[1:])
    if kind is FaultKind.FIELD_CHOICE:
        values = (*values[:2], "、".join(_value(one) for one in values[2].split("、")))
    return words.format(*values)


def fault_said(fault: Fault) -> str:
    """A fault with its place: ``清单.csv 第 3 行 通话开始时间：…``."""
    line = f"第 {fault.line} 行" if fault.line is not None else ""
    place = " ".join(filter(None, (fault.where, line)))
    return f"{place}：{fault_words(fault)}" if place else fault_words(fault)


def located_said(where: str, line: int | None, subject: str | None, words: str, titles: Mapping[str, str]) -> str:
    """What is wrong with a file of rules, with its place: ``packs/base/90_veto.yaml 第 12 行「辱骂客户」：…``."""
    place = f"{where} 第 {line} 行" if where and line else where
    named = f"「{titles.get(subject, subject)}」" if subject else ""
    return f"{place}{named}：{words}" if place or named else words


def error_lines(error: QaError, titles: Mapping[str, str] = MappingProxyType({})) -> tuple[str, ...]:
    """`error_words` line by line; of a faulty file each fault with its place. ``titles``: of rules, by id."""
    if isinstance(error, FaultyFileError):
        return tuple(
            located_said(fault.where, fault.line, fault.subject, fault_words(fault), titles) for fault in error.faults
        )
    return tuple(error_words(error).splitlines())


LIMITS = {
    "points": "扣分（负数）",
    "each": "每次扣分（负数）",
    "cap": "最多扣（负数）",
    "within_days": "多少天内",
    "above": "高于",
    "below": "低于",
    "above_with_sound": "高于（有声音时）",
    "deduct_above": "可扣分的概率",
    "alone": "单凭行为（概率）",
    "threshold": "相似度不低于（0–100）",
    "fuzzy_threshold": "近似程度不低于（0–100）",
    "first_turns": "开头几句",
    "last_turns": "最后几句",
    "first_seconds": "开头几秒",
    "last_seconds": "最后几秒",
    "turns": "前后几句",
    "seconds": "秒",
    "within": "前后几个字",
    "within_seconds": "几秒之内",
    "before_turns": "之前几句",
    "after_turns": "之后几句",
    "skip_turns": "跳过几句",
    "min_hits": "至少几处",
    "min_turns": "至少几句",
    "min_chars": "至少几个字",
    "min_seconds": "不短于（秒）",
    "max_seconds": "不长于（秒）",
    "above_seconds": "超过（秒）",
    "over_hours": "超过（小时）",
    "working_days": "工作日",
    "hours": "小时",
    "rise_db": "升高（分贝）",
    "min_change": "变化不小于",
    "at_least": "至少",
    "per_minute": "每分钟",
    "ring_seconds": "振铃（秒）",
    "duration": "时长（秒）",
}
"""Numbers that rules are written with; another is shown by its name."""
RULE_FIELDS = {
    "id": "编号",
    "title": "标题",
    "points": "扣分",
    "severity": "严重程度",
    "conditions": "条件",
    "message": "提示语",
    "fault": "判定",
    "only_if": "检查的前提",
    "sure_if": "机器直接扣分的条件",
    "left_out": "整通话看的职责",
    "left_out_if": "整通话也没做到时直接扣分的条件",
    "applies_to": "适用范围",
    "examples": "例句",
    "repeat": "屡犯加重",
    "why": "依据",
    "section": "考评项",
    "item": "细项",
    "not_when": "不检查的情形",
    "false_positives": "可能误判",
    "phrases": "短语",
    "lists": "短语表",
    "operator": "算子",
    "speaker": "说话人",
    "window": "在哪里找",
    "need": "要几个",
    "unless": "除外",
    "items": "细项",
    "sections": "考评项",
    "mode": "计分方式",
    "anchors": "各分值的意思",
    "companies": "公司名称",
    "departments": "部门",
    "hot_words": "热词",
    "staff_number_forms": "工号的报法",
    "reply_limit_hours": "承诺回复最长",
    "agent_channel": "坐席声道",
    "direction": "方向",
}
_VALUES: Mapping[str, str] = MappingProxyType(
    {
        **{one.value: title for one, title in (*SEVERITIES.items(), *SPEAKERS.items())},
        **{one.value: title for one, title in (*DIRECTIONS.items(), *CHANNELS.items())},
        **SCENARIOS,
    }
)
"""Words that rules are written with."""


def _field(name: str) -> str:
    """The name of a field as it is written, and what it means where that is known: ``severity（严重程度）``."""
    title = RULE_FIELDS.get(name) or LIMITS.get(name, "").partition("（")[0]
    return f"{name}（{title}）" if title else name


def _value(name: str) -> str:
    return f"{name}（{_VALUES[name]}）" if name in _VALUES else name
