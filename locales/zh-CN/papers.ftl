### 供打印的文件（PDF）用语。

paper-review = 权限复核报告
paper-and = 、
paper-and-also = ；
paper-aside = { $text }（{ $aside }）
paper-organisation = 组织
paper-name = 复核名称
paper-period = 起止时间
paper-ended = 结束方式
paper-ended-deadline = 到期结束
paper-ended-hand = 提前结束
paper-ended-cancelled = 取消
paper-what = 复核内容
paper-whom = 复核对象
paper-of-departments = { $names }及其下级部门
paper-of-holders = { $names }
paper-lines = 条目数
paper-zone = 时区
paper-unreadable = 无法验证的条目
paper-reviewer = 复核人：{ $name }
paper-note = 备注：{ $note }
paper-verification = 核验
paper-verification-note = 本文件已整体签名，签名位于文件末尾。执行 custos-verify report 文件 --key 公钥 可离线核验，任何改动都会被发现。内容取自同一复核的 JSON 报告，其 SHA-256 记于审计日志 access_review.end。
paper-log = 日志
paper-key = 日志公钥
paper-digest = JSON 报告 SHA-256
