# What stands on every page.
product = 晴空 重污染天气应急响应系统
product-short = 晴空
skip = 跳到正文
navigation = 主导航
switch-language = English
sign-out = 退出
drawn-at = 页面时间 { $at }
standing = 当前预警

setting-drill = 演练：本页所有预警、指令均为演练内容，不会发送到企业。
setting-demo = 演示：企业均为虚构，污染过程取自真实历史数据并改期，所有信件只进入本机收件箱。

live-online = ● 实时更新
live-offline = ▲ 连接中断，页面数据可能不是最新
live-polling = ◐ 每 15 秒更新

section-overview = 总览
section-warnings = 预警与通知
section-orders = 指令
section-list = 减排清单
section-rules = 规则对照
section-dead-letters = 未送达

role-officer = 值班员
role-approver = 签发人
role-coordinator = 区域协调员
role-clerk = 县区经办
role-inspector = 督查员
role-enterprise = 企业联系人
role-administrator = 管理员

# A warning's level always says that it is a warning's.
level-blue = 蓝色预警（Ⅳ级）
level-yellow = 黄色预警（Ⅲ级）
level-orange = 橙色预警（Ⅱ级）
level-red = 红色预警（Ⅰ级）
level-word-blue = 蓝
level-word-yellow = 黄
level-word-orange = 橙
level-word-red = 红

# HJ 633-2026, table 2.
aqi-excellent = 优
aqi-good = 良
aqi-light = 轻度污染
aqi-moderate = 中度污染
aqi-heavy = 重度污染
aqi-severe = 严重污染

window-from = { $from }启动
window-until = 至{ $until }
window-open = 解除时间另行通知
classes-title = 分类执行级别
classes-hint = 只有某一类措施按另一级别执行时才选；其余按预警级别。工业源的级别决定企业执行清单中的哪一级措施。
classes-whole = 按预警级别
class-level = { $class }：{ $level }
class-industry = 工业源
class-transport = 移动源
class-dust = 扬尘源
class-public = 公众防护
measures-level = 减排措施按{ $level }执行
suspension-open = { $from }起暂停，恢复时间另行通知
suspension-planned = { $from }起暂停，计划{ $planned }恢复
suspension-until = { $from }起暂停，{ $until }恢复
suspension-none = 无
span-closed = { $from }至{ $until }

phase-draft = 拟定中
phase-submitted = 待签批
phase-approved = 已签批，待发布
phase-announced = 已发布，待启动
phase-in-force = 生效中
phase-suspended = 暂停中
phase-ending = 已发布解除，待生效
phase-ran-out = 已到期结束
phase-lifted = 已解除
phase-withdrawn = 已撤回
phase-abandoned = 已放弃

rung-issued = 已下达
rung-handed-over = 已送出
rung-delivered = 已送达
rung-opened = 已打开
rung-acknowledged = 已签收
rung-in-place = 已落实
rung-lift-acknowledged = 解除已确认
rung-closed = 已办结

mark-late = 逾期未签收
mark-objection = 异议
mark-help = 求助
mark-unreachable = 无法送达
mark-suspended = 暂停

change-new = 新下达
change-changed = 变更
change-told = 仅告知
change-lifted = 解除
change-suspended = 暂停
change-resumed = 恢复

county = 县（市、区）
grade = 绩效分级

form-faults = 有 { $count } 处需要修改
form-fault = { $field }：{ $fault }
form-day = 日期
form-clock = 时刻
form-clock-hint = 时刻写作 20:00；当日结束写作 24:00

sign-in-title = 登录
sign-in-name = 用户名
sign-in-password = 密码
sign-in-do = 登录
sign-in-refused = 用户名或密码不正确。
sign-in-throttled = 尝试次数过多，请 { $minutes } 分钟后再试。
sign-in-expired = 登录已过期，请重新登录。

# Said once, after an act.
said-declined = 已署名记录：不采纳系统建议。
said-registered = 上级指令已登记。
said-drafted = 草稿已建立。
said-saved = 草稿已保存。
said-submitted = 已报签，等待签批。
said-moved-on = 本次操作未再执行：通知的状态此前已变化，办理过程见本页。
said-approved = 已签批。
said-signed = 补签已登记。
said-signed-before = 本次未再登记：补签此前已登记，办理过程见本页。
said-returned = 已退回修改。
said-abandoned = 已放弃，过程留存。
said-drawn = 方案已生成，请核对。
said-issued = 已发布，指令正在送出。
said-redriven = 已重新发送。
said-informed = 信息更新已发布并存档。
said-filled-in = 已补录，来源一并留存。

# Why something was refused, by the code of the refusal.
refusal-no-consultation = 须先填写会商记录。
refusal-unwritten = 有必填内容未填写。
refusal-own-draft = 拟稿人不能签批自己拟的通知。
refusal-own-witness = 代录签批须由第二经办人见证。
refusal-nothing-owed = 没有待补签的签批。
refusal-not-entitled = 该职务在本地无权签批此级别。
refusal-ends-before-start = 结束时刻须晚于启动时刻。
refusal-adds-nothing = 加严通知须至少写一条加严措施。
refusal-no-warning = 当前没有生效中的预警。
refusal-warning-stands = 当前已有预警，请作升级、降级、延长或解除。
refusal-overlaps = 本区域的上级或下级区域已有生效中的预警，请在该预警上变更，或先解除。
refusal-warning-over = 该预警已经结束。
refusal-lift-announced = 已发布解除通知：只能另定解除时刻，或者撤回。
refusal-suspended = 预警已暂停：只能恢复、勘误、解除或撤回；需要升级的，按更高级别恢复。
refusal-not-suspended = 预警并未暂停。
refusal-too-early = 暂停不得早于现级别的启动时刻，恢复须晚于暂停时刻。
refusal-class-twice = 同一类措施写了两个级别。
refusal-classes-of-no-level = 该类通知不确定级别，不能分类写级别。
refusal-areas-of-no-lift = 只有解除通知可以分批错时。
refusal-area-twice = 同一区域写了两次。
refusal-area-after-lift = 分批解除的时刻不得晚于本通知的时刻。
refusal-resumes-nothing = 只有暂停通知可以写计划恢复时刻。
refusal-resumes-outside = 计划恢复时刻须晚于暂停时刻，并早于结束时刻。
refusal-level = 级别与通知类型不符：升级须更高，降级须更低，延长、加严、暂停、解除、撤回须为现级别；更正暂停不改级别和分类级别。
refusal-not-added = 要取消的措施不是本次预警附加的措施，请核对。
refusal-outlasts = 加严措施的结束时刻不得晚于预警的结束时刻。
refusal-end-passed = 结束时刻已过。
refusal-not-later = 延长后的结束时刻须晚于原定时刻。
refusal-below-floor = 低于上级指令要求的级别。
refusal-no-proposal = 当前没有待决定的系统建议。
refusal-proposal-closed = 该建议已处理或已更新，请刷新后查看。
refusal-another-text = 您查看之后，通知或其方案已改写；请核对后重新签批。
refusal-notice-state = 通知的状态已变化，请刷新后操作。
refusal-no-list = 本市尚未导入应急减排清单，无法生成方案。
refusal-no-profile = 本区域没有预案配置。
refusal-list-changed = 减排清单已更新，请重新生成方案。
refusal-area-lifted = 方案生成后已有区域到时解除，请重新生成方案。
refusal-plan-outside = 方案含有通知区域以外的单位，请重新生成方案。
refusal-plan-overtaken = 方案与最近一次生成或最近一次发布不一致，请重新生成方案。
refusal-not-missing = 该日已有数据，无须补录。
refusal-comparing = 另一项对照正在计算，请稍后再试，或缩短年份。
refusal-no-history = 这些年份没有该地区的实况日值。
refusal-not-in-force = 预警未在生效中，无须信息更新。
refusal-conflict = 该文号或名称已被使用。

# What is wrong with a field.
fault-nonce = 本页已提交过另一份答复，请刷新后重试。
fault-note-too-long = 请写明具体情况，不超过2000字。
fault-choose-reason = 请选择原因。
fault-empty = 必须填写。
fault-future = 时间不能晚于现在。
fault-past = 时刻已过：暂停、恢复、解除不得早于现在，上级指令另有时刻的除外。
fault-too-large = 文件过大，不超过 5 MiB。
fault-unknown = 没有找到所填的内容。
fault-region-ambiguous = 文件涉及多个地市，请分别导入。
fault-time = 请填写日期和时刻，如 20:00；当日结束写作 24:00。
fault-choose = 请从所列项目中选择。
fault-confirm = 请勾选确认。
fault-areas = 请每行写一个本辖区的县区或乡镇及其日期、时刻，如 禹州市 2026-11-28 15:00；有重名的写区划代码。
fault-aqi = 请填写 0 至 500 的整数或区间，如 215、210-240。
fault-aqi-now = 请填写 0 至 500 的整数。
fault-source = 请写明依据，不超过200字。
fault-no-such-day = 该日不在研判曲线之内。
fault-same-rules = 请选择两套不同的规则。
fault-year = 请填写 2000 年至今的年份，如 2015。
fault-span = 一次最多对照 10 年。
scan = 扫描件
