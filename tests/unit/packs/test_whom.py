"""Whom a word is meant for: the base pack on single sentences of an agent, with and without marks and homophones.

The sentences were written for each kind (third party, thing, rule, customer's own trouble, siding, double negation,
invitation, quotation, plain sense, …). Those that are ``LATER`` were written beside them and left alone until the end.
"""

import re

import pytest

from qa_engine.domain import Call, Speaker, Status, Transcript, Turn
from qa_engine.rules import evaluate
from tests.unit.packs.helpers import pack

RULES = frozenset({
    "forbidden.refusal", "attitude.retort", "attitude.blame_shifting", "attitude.distrust", "attitude.overpromise",
    "veto.abuse", "veto.private_dealing", "veto.hang_up", "veto.refuse_complaint", "veto.data_leak",
})  # fmt: skip

INNOCENT = """
third 快递员那边说今天不行，我再帮您约明天
third 收件人不知道有这个件，所以拒收了
third 网点电话没人接，他们也没办法，我给您升级处理
third 我刚问了商家，商家说不可以退，我再帮您争取一下
third 他家里人不清楚放哪儿了，让您再找找
thing 您的手机信号不行，我给您打过去
thing 这个网络不行，您换个地方再试试
thing 面单打印得不清楚，麻烦您报一下
thing 旧电池不行了的话建议换一块新的
rule 锂电池是不可以随包裹寄的，您可以走陆运
rule 身份证是不可以借给别人用的
rule 按照民航规定液体不可以带上飞机
rule 空腹不可以吃这个药，您记得饭后吃
rule 保修期内私自拆机是不可以保修的，您联系售后就行
trouble 您是不知道怎么登录对吧，我教您
trouble 您是说打开不行，闪退是吗
trouble 您没办法出门的话，我们上门取
trouble 您不清楚尺码没关系，我帮您看
trouble 您这边明天不行是吧，那后天可以吗
siding 这样服务您确实不行，是我们做得不好
siding 送货不打电话肯定不可以，我们一定批评他
siding 让您等这么久确实不行，我马上催
siding 态度这么差可不行，我给您登记
double 不是不可以退，我先帮您看下订单
double 也不是没办法，我给您申请一下加急
double 没有什么不行的，您尽管说
double 不是我不知道，是系统还没更新，请您稍等
double 不会不管您的，您放心
invite 不知道哪款适合您，您平时穿多大的
invite 不知道这样给您处理您满意吗
invite 您看这样行不行，不行咱们再商量
invite 您看明天上午行不行
quote 您刚才说的不行，是指送货时间不合适吗
quote 您说得没办法是指柜子满了，对吗
quote 您反映快递员骂您神经病，非常抱歉
quote 他对您说滚蛋这样的话，我们一定严肃处理
plain 您买的是去死皮的磨砂膏，对吗
plain 这本书叫《笨蛋日记》，已经发货
plain 用滚开的水冲泡三分钟就可以
plain 您订的是神经病理科的号
plain 宝宝最近老放屁，建议换个奶粉
plain 这款游戏是白痴级难度，孩子也能玩
self 我这脑子真是笨死了，单号又输错了，不好意思
promise 我不敢跟您保证，但会尽力
promise 平台承诺的七天无理由您是可以享受的
promise 您别急，这个保证金会退给您
retort 他跟网点说了好几遍了，我再去催
retort 您说了好几遍了真的很抱歉
retort 您想怎么处理我都帮您记录
retort 后面还有人等着取件，柜子会满，您尽量今天取
distrust 您有证据的话可以上传，我帮您申请
distrust 您是不是收到取件码了，可以凭码取
distrust 请问外包装有没有自己拆过呢
complaint 您要投诉的话我现在就给您登记
complaint 投诉到邮政管理局是您的权利，我也先帮您处理
complaint 您去投诉之前可以先听听我们的方案吗
blame 是不是我们的责任我们核实后给您答复
blame 如果不是我们的原因也会帮您联系商家
blame 这不是您的责任，是我们的疏忽
emergency 您先关掉总阀，赶紧离开屋子，别管别的
warn 请您不要把验证码告诉任何人，包括我们
warn 谁要您加微信转账，您千万别信
"""

RUDE = """
refuse 你要是早点说就好了现在不行
refuse 不行，说了不行就是不行
refuse 这个我没办法，你自己想办法
refuse 我不知道，别问我
refuse 不归我管，你打别的电话
refuse 如果你不满意我也没办法
refuse 我们这边不清楚，你问快递员去
refuse 您说什么都没用不可以就是不可以
refuse 规定就这样，爱办不办
refuse 你刚才那个要求不行
refuse 退款不行，想都别想
refuse 我哪知道你的件在哪
refuse 就不给你退怎么着
retort 你听不懂我说话吗
retort 你急什么急，等着呗
retort 我都跟你讲了八百遍了
retort 爱买不买，不买拉倒
retort 你有完没完
retort 关我什么事
retort 你吼什么吼
retort 你怎么这么多事
retort 那你想怎样
blame 又不是我弄坏的，你找快递员去
blame 这是商家的问题跟我们没关系
blame 你怪我干什么
distrust 是不是你自己弄坏的还来讹我们
distrust 谁知道是真的假的
abuse 你有病吧
abuse 你脑子进水了
abuse 神经病，挂了
abuse 滚一边去
abuse 你算什么东西
threat 你给我等着
threat 再骂一句试试
complaint 投诉也没用，随便你
complaint 你去告啊谁怕谁
complaint 我们不接受投诉
complaint 别动不动就投诉
private 你加我微信我私下给你退
private 钱直接转我就行
hang 再吵我挂了
hang 懒得跟你说
promise 我保证明天肯定到
promise 包在我身上百分百没问题
"""

LATER_INNOCENT = """
later 房东不知道租客已经搬走，我帮您联系他
later 前台不清楚您的房号，麻烦您报一下姓名
later 您家燃气表电池不行，会自动关阀，换两节就好
later 酒精棉片不可以高空托运，您改走陆运
later 喷雾不可以对着火源使用，小心一点
later 您是找不到入口不知道往哪走对吧，我发定位
later 您讲的不可以，是说密码输不进去吗
later 漏水漏成这样确实不行，今晚我就派人
later 一个星期没人理您，这肯定不行，我来负责
later 不是不管，是要等保险公司定损，我天天盯
later 没说不可以换，您把吊牌留着就好
later 不知道几点方便给您回电
later 您看我先给您退运费行不行
later 您反映前台骂您有病，我很抱歉，马上查
later 《别闭嘴》这张专辑您要签名版吗
later 刚做完手术不可以提重物，护士会教您
later 瞎忙活，我真是笨蛋，给您添麻烦了
later 我不保证今天有货，但会帮您留意
later 司机说路上堵得没办法，晚二十分钟到
later 系统不可以一次退两单，我分开给您退
later 人家商户也没办法开发票，我帮您催总部
later 您要是不清楚规则，我念给您听
later 投诉渠道在页面底部，您随时可以用，我也能帮您登记
later 责任不在您，运输造成的破损我们全赔
later 警察说那是诈骗，您千万别私下转账
later 请您别挂电话，我一会儿就好
later 您是不是把验证码给了别人，赶紧改密码
later 您有证据吗，聊天截图也行，我帮您提交
later 催了仓库好几遍了，今天一定能发
later 您说话我听得不清楚，信号断断续续
third 司机师傅今天过不去，他说上午不行，下午两点到
third 邻居不知道这是您的包裹，已经送回来了
third 厂家那边暂时没办法给出时间，我盯着催
third 卖家回复不可以改地址，我帮您拦截试试
third 保安不清楚是谁放的，我让网点再查
thing 您那台路由器不行了，我给您登记换新
thing 摄像头拍得不清楚，麻烦重拍一张
thing 老款的电源不行，会发烫，建议您换这款
thing 条形码磨得看不清楚了，我按手机号查
rule 充电宝没有标识是不可以上飞机的
rule 这个卡号不可以告诉别人，您一定保管好
rule 依照规定活体动物不可以邮寄
rule 刚打完疫苗不可以洗澡，您注意一下
rule 消防通道是不可以停车的，麻烦您挪一下
trouble 您是密码不知道了对吧，我发个重置链接
trouble 您刚才讲后台登录不行，报什么错呢
trouble 您没办法下楼的话我让师傅送上来
trouble 您不清楚单号也不要紧，手机号就能查
trouble 您周三不行对吗，那我改到周四
siding 这么晚才通知您确实不行，我向您道歉
siding 不经同意放驿站肯定不可以，我马上反馈
siding 这样对待老人家可不行，我会追究
siding 一次都没打您电话这哪行，我去核实
double 不是不能办，缺一份材料，补上就行
double 并不是没办法，有两个方案您选一下
double 没什么不可以的，您随时改
double 不是我们不清楚，是要等化验结果出来
double 不会不处理的，您放心
invite 不知道什么时间给您送比较方便
invite 不知道您对这个方案满意不满意
invite 您看先退一半行不行
invite 您要是觉得不行随时告诉我
quote 您刚刚提到的不可以，是指不能放门口，对吧
quote 您说的不知道，是收件人不知道吗
quote 您反映师傅让您滚，这个我们一定查
quote 客服对您讲脑子有病这种话，实在对不起
plain 这是成人渣土车的模型，现货
plain 您下单的是混蛋糕预拌粉两袋
plain 医生说她是精神病人家属，需要陪护证
plain 您看的那部电影叫《傻瓜》，三点开场
plain 虫子要用药水泡到死，不会伤到花
plain 牲畜生长期要勤换水
self 瞧我这笨脑子，刚才输错了，给您道歉
promise 我没办法向您保证几点到，会尽量早
promise 商家承诺的赠品我帮您催
promise 保证书我稍后发到您邮箱
retort 我跟仓库说了好几遍了，今天一定给您催出来
retort 您都讲了这么多遍了，真的很抱歉
retort 您到底想换哪个颜色，我帮您备注
retort 您快点离开着火的楼层，别坐电梯
distrust 方便的话您提供一下照片作为凭证
distrust 您是不是已经拿到包裹里的赠品了呢
distrust 请问您这边有没有拍开箱视频
complaint 您想投诉快递员对吗，我给您建单
complaint 我们接受您的投诉，二十四小时答复
complaint 您对处理不满意也可以继续投诉，我给您编号
blame 责任在我们，不在您
blame 是不是网点的问题，查完监控我告诉您
blame 不管是不是我们造成的，我先帮您赔付
emergency 您别动那个线，先拉闸，我叫师傅马上去
warn 陌生人让您报密码的都是骗子，您直接挂掉
warn 官方不会让您私下转账的
tele 您家的宽带信号不行是吧，我安排师傅明天上门
tele 营业厅那边说号码不可以过户，我帮您问下原因
tele 这个套餐合约期内不可以停机保号，您看下半年后再办
tele 您不知道服务密码没关系，带身份证就能重置
tele 不是不给您退，是话费要先结清，我帮您算一下
ecom 不知道这件大衣您平时穿什么码
ecom 仓库的同事暂时没办法拍照，我让他下午补给您
ecom 这款面膜敏感肌不可以连着用，隔天一次就好
ecom 您说颜色不行，是偏黄吗，方便拍张照吗
ecom 您是自己不会装对吧，我发您安装视频
prop 停水是自来水公司检修，我们这边也没收到通知，先给您道歉
prop 楼道里不可以堆放电瓶车，消防检查不过关，麻烦您理解
prop 电梯坏了两天确实不行，我今天盯着他们修好
prop 隔壁装修吵您休息，这么早开工当然不行，我去制止
prop 您家门禁卡不行了的话，来前台免费换一张
heal 空腹不可以抽烟喝酒，抽血前八小时禁食
heal 医生说您妈妈的指标不行，需要复查，您别太担心
heal 我不是医生，不知道能不能停药，帮您转给主治医生
heal 药不可以掰开吃，请整粒吞服
heal 您挂的是精神科张主任明天上午的号
expr 这边快递员电话打不通，我再催一次，半小时内给您回电
expr 您放心，谁说不行我都会帮您协调
expr 驿站不清楚是谁签收的，我调监控给您看
expr 收件人要是今天不行，我改到礼拜六
expr 您骂两句也是应该的，是我们没做好
expr 对不起，您说的对，怎么能让您白跑一趟
expr 您问我怎么知道的，是系统里有签收照片
expr 您先别急着投诉，我三分钟给您结果
expr 那您想怎么样处理比较满意呢
expr 您看看还有没有什么不知道的，我都告诉您
"""

LATER_RUDE = """
later 早不说晚不说现在不行了
later 你要换我也没办法换
later 不知道不知道，别再问了
later 这不是我的活，找别人
later 不可以，没得商量
later 我管不了，你爱咋咋地
later 你听不懂普通话吗
later 说了八百遍了还不明白
later 你凶什么凶
later 爱来不来
later 是你自己摔的吧还赖我们
later 谁信啊，编故事呢
later 你有病啊
later 滚远点
later 白痴，这都不会
later 等着瞧，有你好看
later 去告我呀，随便告
later 我们不处理你的投诉
later 别告诉公司，钱转给我
later 再骂我就挂了
later 我跟你保证百分百能退
refuse 你早干嘛去了现在办不了
refuse 不可以，没有为什么
refuse 这事我真没办法帮你
refuse 我怎么知道，我又不是仓库的
refuse 这不归我们管，你爱找谁找谁
refuse 你要不信我也没办法
refuse 不清楚，你自己上网查
refuse 没门，别做梦了
refuse 改不了就是改不了
refuse 您那个申请不行，没得商量
refuse 赔钱休想
refuse 管不着，你跟别人说去
retort 你听不懂人话吗
retort 催什么催，催也没用
retort 说了多少遍了你还问
retort 爱信不信
retort 还有完没完了
retort 跟我有什么关系
retort 你嚷什么
retort 你这人怎么这么难缠
retort 那你要怎么样
blame 又不是我让你买的
blame 都是快递公司的错，别找我们
blame 你冲我发什么火
distrust 你就是想骗赔偿吧
distrust 鬼才信你
abuse 有毛病吧你
abuse 你个傻子
abuse 脑残，懒得理你
abuse 给我滚
abuse 你是猪吗
threat 信不信我找人收拾你
complaint 你爱投诉就投诉去
complaint 投诉我也不怕，去呗
complaint 这个投诉我不受理
complaint 别拿投诉吓唬我
private 私下转我红包，我给你弄快点
private 你打我私人号码，别走公司
hang 你再这样我挂电话了
hang 没什么好跟你说的
promise 我打包票今晚肯定送到
promise 绝对不会再出问题，我给您保证
tele 降不了套餐，你爱用不用
tele 这我不清楚，你打别的热线问
ecom 退货不可以，买的时候干什么去了
ecom 你自己眼睛不看尺码怪谁
prop 物业费都不交还好意思提要求
prop 这事不归我们管你找开发商去
heal 挂不上号我也没办法，你自己起早点
heal 你又不是医生你懂什么
expr 丢了就丢了，又不是我拿的
expr 我不知道，你问我我问谁
expr 你是不是脑子不好使
expr 你再啰嗦我就挂电话
expr 行了行了知道了，烦不烦
expr 你投诉啊，我工号都给你
expr 我说不行就不行
expr 你这种人我见多了
expr 凭什么给你赔，证据呢
expr 不信拉倒
expr 嚷嚷什么，显你嗓门大啊
expr 加我私人微信给你返现
"""

MARKS = re.compile("[，。！？、；：“”《》]")


def lines(table: str) -> list[str]:
    return [row.split(" ", 1)[1] for row in table.splitlines() if row]


def failed(said: str) -> set[str]:
    turns = (Turn(0, Speaker.CUSTOMER, "你好"), Turn(1, Speaker.AGENT, said))
    results = evaluate(pack(), Transcript(Call("c"), turns))
    return {r.id for r in results if r.id in RULES and r.status in (Status.FAIL, Status.UNCERTAIN)}


@pytest.mark.parametrize("said", lines(INNOCENT + LATER_INNOCENT))
def test_nobody_is_refused_or_insulted(said: str) -> None:
    assert failed(said) == set()


@pytest.mark.parametrize("said", lines(RUDE + LATER_RUDE))
def test_it_is_found(said: str) -> None:
    assert failed(said) != set()


@pytest.mark.parametrize("said", [line for line in lines(INNOCENT + LATER_INNOCENT) if "《" not in line])
def test_without_marks_nobody_is_either(said: str) -> None:
    assert failed(MARKS.sub("", said)) == set()


@pytest.mark.parametrize("said", lines(RUDE + LATER_RUDE))
def test_without_marks_it_is_found(said: str) -> None:
    assert failed(MARKS.sub("", said)) != set()


@pytest.mark.parametrize(
    "said", [line for line in lines(INNOCENT + LATER_INNOCENT) if set(line) & set("的得他她它您你")]
)
@pytest.mark.parametrize(("one", "other"), [("的", "得"), ("得", "的"), ("他", "她"), ("您", "你")])
def test_a_homophone_changes_nothing(said: str, one: str, other: str) -> None:
    """说的神经病 and 说得神经病 report the same."""
    assert failed(said.replace(one, other)) == set()
