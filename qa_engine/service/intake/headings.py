"""What the columns of a manifest are called: by the contract, in Chinese, or as a centre has them."""

import unicodedata
from collections.abc import Mapping

COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "file": (
        "文件",
        "文件名",
        "文件名称",
        "录音",
        "录音文件",
        "录音文件名",
        "录音名称",
        "录音路径",
        "filename",
        "recording",
        "recordingfile",
    ),
    "call_id": ("通话编号", "通话ID", "通话流水号", "流水号", "会话ID", "会话编号", "呼叫ID", "callid", "uuid"),
    "agent_id": ("工号", "坐席工号", "座席工号", "坐席编号", "坐席ID", "客服工号", "员工工号", "员工编号", "agentid"),
    "agent_name": ("姓名", "坐席姓名", "座席姓名", "坐席", "座席", "客服", "客服姓名", "员工姓名", "agentname"),
    "team": ("班组", "小组", "组别", "团队", "所属班组", "所属团队", "技能组", "部门"),
    "direction": ("方向", "呼叫方向", "通话方向", "呼叫类型", "通话类型"),
    "scenario": ("场景", "业务场景", "业务类型"),
    "started_at": (
        "开始时间",
        "通话时间",
        "通话开始时间",
        "呼叫时间",
        "来电时间",
        "录音时间",
        "接通时间",
        "startedat",
        "starttime",
    ),
    "agent_channel": ("坐席声道", "座席声道", "客服声道", "声道"),
    "customer_number": ("客户号码", "客户电话", "客户手机", "客户手机号", "来电号码", "手机号", "手机号码", "电话号码"),
    "ring_seconds": ("振铃时长", "振铃秒数", "振铃时间", "振铃"),
    "ended_by": ("挂机方", "挂断方", "结束方", "释放方"),
    "csat": ("满意度", "满意度评分", "客户评分", "评分"),
    "channel": ("渠道", "接入渠道"),
}
"""Column of the contract → what it is called elsewhere."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "direction": {"呼入": "inbound", "来电": "inbound", "呼出": "outbound", "外呼": "outbound", "去电": "outbound"},
    "agent_channel": {
        "左": "left",
        "左声道": "left",
        "右": "right",
        "右声道": "right",
        "混合": "mixed",
        "单声道": "mixed",
    },
    "ended_by": {"坐席": "agent", "座席": "agent", "客服": "agent", "客户": "customer", "用户": "customer"},
    "channel": {"电话": "voice", "语音": "voice", "在线": "chat", "文字": "chat", "聊天": "chat"},
}
"""Values in Chinese, by column."""


def _key(heading: str) -> str:
    folded = unicodedata.normalize("NFKC", heading).strip().lower()
    return "".join(char for char in folded if char.isalnum())


_COLUMNS = {_key(name): column for column, names in COLUMN_NAMES.items() for name in (column, *names)}


def column_of(heading: str, own: Mapping[str, str]) -> str:
    """The column of the contract that a heading means; the heading itself when it is one of the centre's metadata.

    ``own``: heading → column, as the setting ``QA_MANIFEST_COLUMNS`` has them; they win.
    """
    mine = {_key(name): column for name, column in own.items()}
    key = _key(heading)
    return mine.get(key) or _COLUMNS.get(key) or heading.strip()


def value_of(column: str, cell: str) -> str:
    """A cell as it is meant: ``="0026"`` of a spreadsheet is 0026, 呼入 is inbound."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1]
    return VALUES.get(column, {}).get(text, text)
