# What is made public below a coloured warning. It compels nobody, and every page says so.
advisory-health-notice = 健康提示
advisory-temporary-control = 临时管控
advisory-eyebrow = 健康提示与临时管控
advisory-compels-nobody = 不属预警，不含强制性措施，仅为建议性、倡议性内容。
advisory-draft = 信息内容
advisory-place = 范围
advisory-about = 成因或依据
advisory-cause = 成因
advisory-cause-unchosen = 请选择
advisory-control-hint = 重污染天气预警启动时自动终止。
advisory-superiors-control = 临时管控（按上级部署）
advisory-own-control = 临时管控（本地自行决定）
advisory-decided-by = 决定机关
advisory-decided-why = 决定理由
advisory-own-hint = 无上级部署文件时填写；依据本地预案的，写明条款。随信息一并告知；重污染天气预警启动时自动终止。
advisory-parts = 涉及的县（市、区）
advisory-parts-hint = 不选即为全域。
advisory-from = 开始时刻
advisory-published-at = 发布时刻
advisory-unpublished = 尚未发布
advisory-ended = 提前结束
advisory-gave-way = 由预警取代
advisory-text = 情况与趋势
advisory-advice = 建议性措施
advisory-advice-hint = 每行一条。只能建议、倡议；含“责令”“停止”“停产”等指令性用语的不能保存。
advisory-save = 保存
advisory-publish-title = 发布
advisory-number = 文号（可不填）
advisory-publish-hint = 发布后留存备查，只能解除，不能修改；到期自动失效。
advisory-publish-do = 发布
advisory-lift-title = 提前解除…
advisory-lift-reason = 解除的理由（存档）
advisory-lift-do = 解除
advisory-abandon-title = 放弃…

advisory-announced = 已发布，待开始
advisory-running = 生效中
advisory-lifted = 已解除
advisory-cancelled = 预警启动，已终止
advisory-run-out = 已到期

advisory-tells = 发布后即以邮件和接口推送（webhook）告知范围内 { $count } 家单位，无需签收；解除时告知同一批单位。
advisory-tells-not = 其中 { $count } 家没有邮箱和接口，无法送达。
advisory-tells-nobody = 预案未列明此类信息的发送对象，发布后不向单位发送，请按既定渠道告知公众。
advisory-lift-hint = 解除后即告知发布时的同一批单位。

telling-title = 发送情况
telling-nobody = 本区域内没有发送对象，未发送。
telling-step = 事项
telling-audience = 发送对象
told-lifted = 提前结束
recipients-published = 发布的告知对象
recipients-lifted = 提前结束的告知对象
recipients-first = 首页
recipients-none = 没有这样的单位。
recipients-ways = 经过
recipients-no-way = 名单上没有邮箱和接口。
recipients-attempts = { $count } 次
reached-waiting = 待发送
reached-failed = 未送达
reached-overtaken = 不再发送

advisories-title = 健康提示与临时管控
advisories-draft = 拟发健康提示、临时管控
advisories-empty = 尚无健康提示或临时管控。
advisories-none = 目前没有生效中的健康提示或临时管控。
advisories-all = 全部

cause-local = 本地污染
cause-regional-transport = 区域传输
cause-cross-border = 境外传输
cause-dust = 沙尘
cause-blown-dust = 局地扬沙
cause-wildfire-smoke = 山火
cause-ozone = 臭氧
cause-fireworks = 烟花爆竹

proposal-draft-advisory = 拟发健康提示
proposal-drafted-advisory = 打开已拟健康提示

step-published = 发布
step-gave-way = 预警启动，终止

said-published = 已发布。
said-lifted = 已解除。

refusal-compulsory = 只能建议、倡议：“{ $word }”属指令性用语，请改写。
refusal-not-a-part = 所选范围不在本区域内。
refusal-advisory-past = 结束时刻已过。
refusal-beside-warning = 预警生效或已发布期间，不再发布临时管控及成因可启动预警的健康提示。
refusal-advisory-state = 状态已变化，请刷新后操作。
refusal-not-advised = 系统建议的是预警，请拟发通知或签署不采纳。
refusal-advised = 系统建议的是健康提示，请拟发健康提示或签署不采纳。
