### 证据校验的用语：custos-verify 与 custos audit verify。

file-unusable = 无法使用 { $path }：{ $reason }
verify-intact = 日志完好。
verify-altered = 日志已被改动：发现 { $findings } 处问题。
verify-finding = { $finding }（{ $place }）
verify-place-index = 序号 { $value }
verify-place-from = 自 { $value }
verify-place-to = 至 { $value }（不含）
verify-place-entries = 现有 { $value } 条
verify-place-size = 已签名 { $value } 条
verify-place-trusted-size = 可信检查点覆盖 { $value } 条
verify-place-level = 第 { $value } 层
verify-place-child = 哈希 { $value }
verify-place-reason = { $value }
verify-reason-too-large = 过大
verify-reason-unknown-key = 签名公钥未知
verify-reason-wrong-signature = 签名不符
verify-reason-malformed = 不是检查点
verify-reason-wrong-origin = 属于另一份日志
verify-reason-wrong-size = 存放的位置与条数不符
verify-more = 另有 { $count } 处
verify-origin = 日志：{ $origin }
verify-key = 签名公钥：{ $key }
verify-size = 最新检查点覆盖的条目数：{ $size }
verify-range = 文件所含条目：{ $from } 至 { $to }（不含），已比对 { $checked } 条
verify-checkpoints = 已核对检查点：{ $count } 个
verify-exported-at = 文件自述的导出时间：{ $at }
verify-continues-trusted = 与可信检查点衔接一致。
verify-key-unproven = 公钥来自文件本身。请与通过其他途径取得的公钥核对，或用 --key 提供：仅自身吻合的文件任何人都能伪造。
verify-other-key = { $path } 的签名公钥与 --key 提供的不同：不是这份日志，或不是其保管者所签。
verify-key-malformed = 验证公钥无效：{ $reason }。其形式为 custos/audit/…+…+…
verify-trusted-refused = --trusted 提供的检查点不属于这份日志：{ $reason }
verify-not-evidence = { $path } 不是可用的证据文件：{ $reason }
io-not-found = 没有这个文件或目录
io-permission-denied = 权限不足
io-exists = 已存在
io-is-folder = 这是目录
io-storage-full = 磁盘已满
io-read-only = 磁盘只读
io-connection-refused = 对方没有应答
io-connection-lost = 连接中断
io-timed-out = 等待超时

## 见证与策略

verify-place-witness = 见证方 { $value }
verify-place-digest = SHA-256 { $value }
verify-policy = 自 { $at } 起生效的策略（第 { $index } 条记录）：policies/{ $digest }
verify-witnessed = 见证签名达到要求：前 { $size } 条
verify-witness = { $witness }，其时钟为 { $at }
verify-witness-malformed = 见证公钥无效：{ $reason }。其形式为 名称+…+…
verify-policy-malformed = { $path }：见证策略第 { $line } 行无法识别。
verify-quorum-range = --quorum 应在 1 与所提供的见证公钥数 { $count } 之间。
verify-not-provable = { $path } 无法用于证明：{ $reason }。请先校验：custos-verify 文件

## 两份日志与单条证明

divergence-same = 两个文件是同一份日志：{ $size } 条。
divergence-continues = 一份日志是另一份的延续：{ $new } 条中的前 { $old } 条完全一致。一致性证明：
divergence-proven = 两份日志已分叉：同一公钥签署了两段历史，第 { $index } 条在两份日志中不同。以下两个证明均成立，持有公钥者皆可核对。
divergence-first = 第一份日志，叶哈希 { $leaf }
divergence-second = 第二份日志，叶哈希 { $leaf }
proof-leaf = 可证明：叶哈希为 { $leaf } 的记录是日志的第 { $index } 条。

## 权限复核报告

report-holds = 报告与签署时一致。
report-pdf-holds = 这是 PDF 报告，全文与签署时一致。
report-pdf-digest = PDF（签名之前的全部字节）的 SHA-256：{ $value }
report-altered = 报告已被改动，或由其他日志签署。
report-none = { $path } 不是权限复核报告。
report-name = 复核：{ $value }
report-ended = 结束时间：{ $value }
report-count = { $outcome }：{ $value }
report-digest = 报告 SHA-256（同见 access_review.end 日志记录）：{ $value }
report-outcome-withdrawn = 已收回
report-outcome-lapsed = 未处理，已收回
report-outcome-kept = 已保留
report-outcome-undecided = 未处理，保持不变
report-outcome-no-reviewer = 无人可复核，保持不变
report-outcome-last-administrator = 最后一名管理员，保持不变
report-outcome-changed = 期间已变更，保持不变
report-outcome-gone = 此前已不存在
report-outcome-tampered = 无法验证，保持不变

## 用法

use = 用法：
    { "  " }custos-verify 文件 [--key 公钥] [--trusted 检查点] [--witness 公钥]… [--quorum N] [--witness-policy 策略]
    { "  " }custos-verify divergence 文件 文件 [--key 公钥]
    { "  " }custos-verify proof 文件 序号 [--key 公钥]
    { "  " }custos-verify report 文件 [--key 公钥]
    { "" }
    --key             日志的公钥或公钥文件，应通过证据以外的途径取得
    --trusted         存放在别处的较早检查点文件，日志必须与之衔接
    --witness         见证方的公钥或公钥文件，可重复
    --quorum          其中至少需要几方签名，默认全部
    --witness-policy  规定见证要求的文件（C2SP tlog-policy）
    --json            供程序读取的结果
    --lang            zh-CN 或 en
    { "" }
    退出码 0：全部成立；1：日志有问题；2：未能校验。
use-unknown = 未知选项：{ $option }
use-value = { $option } 需要一个值。
use-wrong = { $option } 的值 { $value } 无效。
