# The outlook chart.
chart-title = 日AQI实况与预报
chart-summary = { $from }至{ $until }，无数据 { $missing } 天。
chart-peak = 最高为{ $day }，AQI { $aqi }。
chart-empty = 尚无数据
chart-observed = 实况
chart-modelled = 模式计算
chart-forecast = 预报
chart-filled-in = 人工补录
chart-filled-in-mark = 补
chart-excluded-mark = 不计
chart-excluded-because = 不计入：{ $why }
chart-no-data = 无数据
chart-range = 范围 { $range }
chart-today = 今天
chart-reading = 移动指针或点按，选中后也可按 ← → 逐日查看
legend-forecast = 预报（研判值与范围）
legend-rule = 启动线（须超过）
legend-bands = 底色为 AQI 类别，不是预警级别
rule-line = { $level }{ $hours }h

outlook-title = 研判曲线
outlook-source = { $source }，{ $at } 发布
outlook-no-forecast = 尚无预报，仅有实况
outlook-stale = 预报已过时
outlook-empty = 尚未收到预报。可通过接口推送，或用命令导入。
outlook-table = 数据表
outlook-day = 日期
outlook-kind = 性质与来源
outlook-range = 预报范围
outlook-category = AQI 类别
outlook-primary = 首要污染物
outlook-note = 备注
outlook-differences = 各家预报相差一个 AQI 类别及以上
provenance = { $source }，{ $received } 收到（{ $by }）
provenance-issued = { $source }，{ $issued } 发布，{ $received } 收到（{ $by }）
provenance-stale = { $source }，{ $issued } 发布（已过时效），{ $received } 收到（{ $by }）
received-by-schedule = 系统定时获取
received-by-command-line = 命令行导入

# How good the forecasts were.
skill-title = 各家预报检验
skill-hint = { $from }至{ $until }，以实测为准；预报对象日之前每日最后一次预报计一次。只列天数，不作比率。
skill-source = 来源
skill-lead = 提前天数
skill-days = 检验天数
skill-bias = 平均偏差
skill-error = 平均绝对误差
skill-line = AQI>{ $above }：命中 / 漏报 / 空报
skill-counts = { $hits } / { $misses } / { $alarms }

# A missing day, given a value by hand.
gaps-title = 补录无数据的日期（{ $count } 天）
gaps-hint = 补录的值一直标明“人工补录”并注明依据；补录后立即重新研判。
gap-aqi = { $day } AQI（单值或区间）
gap-source = { $day }补录依据
gap-do = 补录{ $day }

# The machine proposes; a person decides.
proposal-eyebrow = 系统建议
proposal-issue = 建议发布{ $level }
proposal-raise = 建议升级为{ $level }
proposal-lower = 建议降级为{ $level }
proposal-extend = 建议延长{ $level }
proposal-lift = 建议解除{ $level }
proposal-hold = 建议维持{ $level }
proposal-advise = 建议发布健康提示（不涉及预警级别）
proposal-nothing = 目前不建议启动预警
proposal-because = 理由
proposal-next = 距{ $level }还差
proposal-rule = 判据：{ $rule }
proposal-decide-by = 须在{ $by }前作出决定
proposal-too-late = 提前发布时限{ $by }已过，应立即决定
proposal-draft = 拟发通知
proposal-decline = 不采纳…
proposal-decline-reason = 不采纳的理由（署名存档）
proposal-decline-do = 签署不采纳
proposal-waiting = 等待值班员决定。
proposal-drafted = 打开已拟通知
proposal-declined = { $person } 于{ $at }决定不采纳：
outbox-held = 发件箱已暂停：{ $since }由备份恢复，备份之后的办理情况不在其中。核对无误后放行（qingkong outbox release），此前不发出任何指令。
forecast-not-fetched = { $since }以来未取到预报数据，系统持续重试；请核查数据源，必要时导入文件。
observed-not-fetched = { $since }以来未取到监测数据，系统持续重试；请核查数据源，必要时导入文件。
proposal-hint = 预警级别由人民政府确定；系统只提出建议并记录决定。

counts-title = 指令进度
counts-empty = 目前没有在办指令。
county-lifted = { $at }解除
owing-title = 待补签
owing-by = { $by }前补签
owing-passed = 补签逾期，限{ $by }前
due-title = 待会商事项
due-end = 预警将在{ $at }到期即终止
due-extend = 拟写延长通知
due-resumption = 计划{ $at }恢复，届时不会自动恢复
due-resumption-passed = 计划恢复时刻{ $at }已过，仍在暂停
due-resume = 拟写恢复通知
counties-title = 各县（市、区）进度

instructions-title = 上级指令
instructions-register = 登记
instructions-empty = 暂无登记的上级指令。
instruction-lifts = 解除
instruction-received = 收到 { $at }
instruction-followed = 已有对应通知
instruction-waits = 已收到 { $minutes } 分钟，尚无对应通知

instruction-title = 登记上级指令
instruction-hint = 调度令、预警函、电话指令均可登记。登记后即为本地级别下限，并开始计时。
instruction-number = 文号
instruction-sender = 发文单位
instruction-level = 要求级别
instruction-from = 要求启动时刻
instruction-received-at = 收到时刻
instruction-scan = 扫描件（PDF 或图片）
instruction-remark = 其他要求
instruction-consequence = 登记后不可修改，只能另行更正。
instruction-do = 登记指令

# What the public is told while a warning is in force.
information-title = 信息更新
information-due = 须在{ $by }前再次更新
information-overdue = 信息更新已逾期：应于{ $by }前更新
information-last = 上次更新：{ $at }
information-none = 启动以来尚未更新
information-aqi = 当前 AQI（无数据可不填）
information-text = 现状
information-outlook = 趋势
information-do = 发布信息更新
information-give = 去更新
