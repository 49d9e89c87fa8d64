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
section-dead-letters = 未送达

role-officer = 值班员
role-approver = 签发人
role-coordinator = 区域协调员
role-clerk = 县区经办
role-inspector = 督查员
role-administrator = 管理员

# A warning's level always says that it is a warning's.
level-blue = 蓝色预警（Ⅳ级）
level-yellow = 黄色预警（Ⅲ级）
level-orange = 橙色预警（Ⅱ级）
level-red = 红色预警（Ⅰ级）

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
span-closed = { $from }至{ $until }

phase-draft = 拟定中
phase-submitted = 待签批
phase-approved = 已签批，待发布
phase-announced = 已发布，待启动
phase-in-force = 生效中
phase-ending = 已发布解除，待生效
phase-lifted = 已解除
phase-withdrawn = 已撤回

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

change-new = 新下达
change-changed = 变更
change-told = 仅告知
change-lifted = 解除

county = 县（市、区）
grade = 绩效分级
industry = 行业

form-faults = 有 { $count } 处需要修改
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
