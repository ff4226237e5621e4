### 命令行的用语。每句话都说明对象、原因和处理办法。

failed = 操作未成功：{ $reason }
refused = 操作被拒绝：{ $code }。
file-unusable = 无法使用 { $path }：{ $reason }

## 配置

config-unreadable = 无法读取配置文件 { $source }：{ $reason }
config-not-toml = { $source } 第 { $line } 行不是有效的 TOML：{ $reason }
config-unknown-key = { $source }：没有名为 { $key } 的配置项。相近的有：{ $nearest }。
config-environment-only = { $source }：{ $key } 不得写在文件中，请通过环境变量 { $variable } 提供。
config-wrong-kind = { $source }：{ $key } 只能是文本、整数、true 或 false。
config-value-invalid = { $source }：{ $key } 的值 { $value } 无效。应为：{ $expected }。
config-tls-pair = tls.cert 和 tls.key 必须同时提供，或同时省略。

## 数据目录与密钥

data-none = { $path } 中没有安装数据。请用 --data 指定目录，或先运行 custos serve。
data-in-use = { $path } 正被另一个守客进程使用。请先停止该进程，或用 --data 指定其他目录。
key-missing = 缺少根密钥 { $path }，没有它无法打开数据。请从密钥备份中恢复。
key-readable = 本机其他用户可以读取 { $path }。请收紧权限：chmod 600 { $path }
key-of-other-data = 根密钥 { $path } 与此数据库不匹配。请放回正确的密钥。
passphrase-missing = { $path } 需要口令。请通过环境变量 CUSTOS_PASSPHRASE 提供，或用 --passphrase-file 指定文件。
passphrase-wrong = 口令无法打开 { $path }，或该文件已被改动。
passphrase-empty = { $path } 的第一行为空，应为口令。

## 数据库

database-not-opened = 无法打开数据库：{ $reason }
database-too-new = 数据库由更新的版本创建，请安装该版本或恢复备份（{ $reason }）
database-busy = 数据库没有空闲连接。请稍后重试，或调大 database_connections。
database-failed = 数据库报告错误：{ $reason }
organisation-none = 尚未初始化任何组织。
organisation-several = 存在多个组织，请用 --organisation 指定：{ $ids }
organisation-unknown = 没有组织 { $id }。

## 服务

listen-in-use = --listen { $listen } 已被其他程序占用。请停止该程序，或改用其他端口。
listen-not-allowed = --listen { $listen }：当前账户无权使用该端口，请选择 1024 及以上的端口。
listen-failed = 无法监听 --listen { $listen }：{ $reason }
tls-refused = 证书与私钥不能配合使用：{ $reason }
serve-ready = 守客已就绪：{ $url }
serve-fingerprint = 证书由本机自行签发，浏览器会提示一次。SHA-256 { $fingerprint }
serve-setup = 请打开 { $url } 完成初始化，初始化码：{ $code }
serve-links = 演示账户的一次性登录链接：

## 审计日志

verify-intact = 日志完好。
verify-altered = 日志已被改动：发现 { $findings } 处问题。
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
export-range = --from 不得大于 --to。
export-written = 已写入：{ $path }

## 账户

user-active = 启用
user-inactive = 停用
user-totp = 已设置两步验证
user-no-totp = 未设置两步验证
user-disabled = 已停用 { $login }。
user-totp-reset = { $login } 下次登录时须重新设置两步验证。
user-link-once = 链接仅可使用一次，24 小时内有效。持有者即可登录，请当面交付。

## 体检

doctor-configuration = 配置：有效。
doctor-environment = 环境变量：没有未知项。
doctor-environment-unknown = 环境变量：以下变量不起作用：{ $names }
doctor-folder = 数据目录 { $path }：仅所有者可访问。
doctor-folder-open = 数据目录 { $path } 对其他用户开放。请收紧权限：chmod 700 { $path }
doctor-key = 根密钥 { $path }：仅所有者可读，且能打开。
doctor-disk = 磁盘：剩余 { $megabytes } MiB。
doctor-disk-scarce = 磁盘：仅剩 { $megabytes } MiB，请尽快清理。
doctor-disk-full = 磁盘：仅剩 { $megabytes } MiB，数据库即将无法写入，请立即清理。
doctor-certificate = 证书：有效期至 { $until }，适用于 { $names }。
doctor-certificate-later = 证书：首次启动时由服务自行签发。
doctor-certificate-unreadable = 证书：无法解析。
doctor-certificate-early = 证书：尚未生效（有效期至 { $until }，适用于 { $names }）。请检查系统时钟。
doctor-certificate-expired = 证书：已于 { $until } 过期，请更换。
doctor-certificate-soon = 证书：将于 { $until } 过期，请续期。
doctor-tls = 仅允许 TLS 1.3。
doctor-tls-old = 允许 TLS 1.2。待所有客户端支持后，请将 tls.min_version 设为 1.3。
doctor-storage-embedded = 存储：内置数据库，整体加密。
doctor-storage-server = 存储：PostgreSQL，经 TLS 连接，敏感字段已加密。其磁盘是否加密无法从此处判断，请自行确认。
doctor-database = 数据库：可以打开，表结构为最新，共 { $organisations } 个组织。
doctor-database-none = 数据库：首次启动时创建。
doctor-database-running = 数据库：正被服务使用；停止服务后方可检查。
doctor-keys-foreign = 密钥：根密钥无法打开组织密钥。请放回正确的根密钥。
doctor-log = 审计日志：最新检查点签名有效，覆盖 { $size } 条。
doctor-log-forged = 审计日志：最新检查点签名无效，请验证日志。
doctor-log-unsigned = 审计日志：尚无检查点。
doctor-clock = 时钟：{ $now }；最新检查点签于 { $signed_at }。
doctor-clock-behind = 时钟：{ $now } 早于最新检查点（{ $signed_at }）。请校准时钟。

## 供下载的文件

file-customers = 客户
file-rejected = 未导入的行
file-row = 行号
file-reason = 原因
