### 校验发现的问题：页面和命令行共用。

finding-entry-altered = 记录被篡改
finding-entries-altered = 一段记录被篡改
finding-entry-missing = 记录缺失
finding-entries-missing = 一段记录缺失
finding-entry-unexpected = 多出的记录
finding-log-truncated = 日志被截断
finding-tile-altered = 哈希块被篡改
finding-tile-missing = 哈希块缺失
finding-tile-beyond-checkpoint = 哈希块超出最新检查点
finding-checkpoint-invalid = 检查点无效
finding-root-mismatch = 根哈希不符
finding-no-checkpoint = 没有有效的检查点
finding-rolled-back = 日志被回退
finding-history-rewritten = 历史被改写
finding-not-witnessed = 见证签名不足
finding-cosignature-invalid = 见证签名是伪造的
finding-policy-altered = 策略文本被改动
finding-policy-missing = 策略文本缺失
finding-policy-unnamed = 日志未记载的策略
finding-announcement-altered = 策略生效记录不在日志中
