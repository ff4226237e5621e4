### 命令行的用语。每句话都说明对象、原因和处理办法。

failed = 操作未成功：{ $reason }
refused = 操作被拒绝：{ $code }。

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
key-wrong = 密钥文件 { $path } 与其中的密钥环不匹配：可能由两个文件拼成，或已被改动。请从密钥备份中恢复。
key-readable = 本机其他用户可以读取 { $path }。请收紧权限：chmod 600 { $path }
key-of-other-data = 根密钥 { $path } 与此数据库不匹配。请放回正确的密钥。
passphrase-missing = { $path } 需要口令。请通过环境变量 CUSTOS_PASSPHRASE 提供，或用 --passphrase-file 指定文件。
passphrase-wrong = 口令无法打开 { $path }，或该文件已被改动。
key-wrong-from-home = 根密钥所在的加密机或密钥服务给出的密钥打不开 { $path } 中的密钥环：可能是密钥不对、密钥文件被改动，或对方返回了错误的内容。未打开任何数据。
secret-empty = { $path } 的第一行为空，应为口令、PIN 或令牌。
pkcs11-module-unset = 根密钥由加密机保护，但没有指定 PKCS#11 库。请用 --pkcs11-module、环境变量 CUSTOS_PKCS11_MODULE 或配置项 pkcs11.module 指定。
pkcs11-module-missing = 找不到 PKCS#11 库 { $path }。请检查 --pkcs11-module 及加密机驱动的安装。
pkcs11-module-unusable = 无法使用 PKCS#11 库 { $path }：{ $reason }
pkcs11-token-missing = { $count ->
    [0] 加密机中没有名为 { $token } 的令牌，也没有任何已初始化的令牌。请检查加密机是否接好、库的配置是否正确。
   *[other] 加密机中没有名为 { $token } 的令牌，现有：{ $tokens }。
}
pkcs11-pin-missing = 令牌 { $token } 需要 PIN。请通过环境变量 CUSTOS_PKCS11_PIN 提供，或用 --pkcs11-pin-file 指定文件。
pkcs11-pin-wrong = 令牌 { $token } 的 PIN 不正确。连续输错会使令牌锁定，请先核对再重试。
pkcs11-pin-locked = 令牌 { $token } 因 PIN 连续输错已锁定，请由加密机管理员解锁。
pkcs11-key-missing = 令牌 { $token } 中没有密钥 { $key }。没有它无法打开根密钥，请接入正确的加密机或恢复其备份。
pkcs11-key-several = 令牌 { $token } 中有多个名为 { $key } 的密钥，请只保留一个或更换名称。
pkcs11-key-extractable = 令牌 { $token } 中的密钥 { $key } 可以被取出，或曾经可以被取出（例如由外部导入），不能用来保护根密钥。请用 --key 换一个名称，由加密机生成新的密钥。
pkcs11-wrong-answer = 令牌 { $token } 中的密钥 { $key } 打不开根密钥，或没有原样返回。可能不是当初的密钥，或密钥文件被改动。
pkcs11-failed = 令牌 { $token } 报告错误：{ $reason }
transit-url-unset = 根密钥由密钥服务保护，但没有指定服务地址。请用 --transit-url、环境变量 CUSTOS_TRANSIT_URL 或配置项 transit.url 指定。
transit-token-missing = 访问密钥服务需要令牌。请通过环境变量 CUSTOS_TRANSIT_TOKEN 提供，或用 --transit-token-file 指定文件。
transit-name = 密钥服务的挂载路径 { $mount } 或密钥名 { $key } 无效，只能包含字母、数字、点、短横线和下划线。
transit-unreachable = 无法连接密钥服务 { $url }：{ $reason }。未打开任何数据；服务恢复后请重新启动。
transit-silent = 密钥服务 { $url } 在 { $seconds } 秒内没有应答。未打开任何数据；服务恢复后请重新启动。
transit-unavailable = 密钥服务 { $url } 暂时无法提供服务（状态 { $status }），可能已封存或正在切换。未打开任何数据；服务恢复后请重新启动。
transit-refused = 密钥服务 { $url } 拒绝了令牌：令牌已失效，或无权使用 { $mount } 下的密钥 { $key }。
transit-missing = 密钥服务 { $url } 上没有 { $mount } 下的密钥 { $key }。请检查挂载路径和密钥名。
transit-failed = 密钥服务 { $url } 没有完成操作（状态 { $status }）：{ $reason }
transit-wrong-answer = 密钥服务 { $url } 返回的不是所要的内容。未采用其应答，一切保持原样。

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
doctor-key = 根密钥 { $path }：{ $home }；仅所有者可读，且能打开。
doctor-key-people = 根密钥 { $path }：{ $home }；此处不收集份额，未检查。
doctor-database-people = 数据库：根密钥由多人分持，未检查。请在服务器解封后查看页面。
doctor-keys = 组织密钥：{ $suite }，{ $rotation }
doctor-rotation-none = 尚未轮换过
doctor-rotation-open = 有一次轮换尚未完成
doctor-rotation = 上次轮换完成于 { $at }
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
doctor-records = 业务记录：引用完整。
doctor-records-faults = 业务记录：{ $faults } 处引用有误，第一处：{ $first }。请与备份核对。
doctor-records-unread = 业务记录：无法检查。{ $reason }
doctor-database = 数据库：可以打开，表结构为最新，共 { $organisations } 个组织。
doctor-integrity = 数据库文件：每一页都与写入时一致，结构完整。
doctor-damage = 数据库文件：已损坏。请停止服务，先另存数据目录，再从备份恢复。{ $remarks }
doctor-database-older = 数据库：可以打开，表结构缺少 { $steps } 步更新，服务下次启动时自动完成；请先备份。
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

## 命令行：系统原因

## 导入与导出

remote-address = { $server } 不是服务器地址，应为 https://主机:8443 的形式。
remote-unknown-host = 找不到 { $server } 中的主机，请检查 --server。
remote-unreachable = 无法连接 { $server }：{ $reason }。请检查服务是否运行以及 --server。
remote-untrusted = { $server } 的证书不受信任（{ $reason }）。如证书由服务器自行签发，请用 --ca 指定该证书，或在同一台机器上用 --data 指定其数据目录。
remote-no-certificate = { $path } 中没有证书（PEM）。
remote-not-custos = { $server } 有应答，但不是守客服务，请检查 --server。
remote-ask-password = { $account } 的密码：
remote-ask-code = 身份验证器的验证码：
remote-account-missing = 请指定以谁的身份执行：用 --account 指定账号，或用 --api-key-file 或环境变量 CUSTOS_API_KEY 提供 API 密钥。
remote-key-missing = 缺少 API 密钥。请用 --api-key-file 指定文件，或用 - 从标准输入读取。
remote-key-malformed = 这不是 API 密钥：密钥以 custos_ 开头。未向服务器发送任何内容。
remote-password-missing = 缺少密码。请用 --password-file 指定文件，或用 - 从标准输入读取。
remote-code-missing = 缺少身份验证器的验证码。请用 --totp-file 指定文件，或用 - 从标准输入读取。
approval-waits = 已提交审批，编号 { $id }，正在等待审批结果。按 Ctrl-C 可停止等待，批准后用 --approval { $id } 执行。
approval-still-waits = 已停止等待。{ $id } 获批后，请在同一命令后加上 --approval { $id } 执行。
approval-not-given = 未获批准（{ $state }），未执行任何操作。
remedy-approval-needed = 请在同一命令后加上 --await-approval，或在页面上提交审批。
remote-enrol-first = 该账户尚未设置两步验证，请先用浏览器在 { $server } 登录一次。
refused-field = { $field }：{ $reason }
remedy-session-credentials-wrong = 请检查 --account 和密码。
remedy-api_key-refused = 请在“API 密钥”页面核对密钥的有效期和允许的网络，并检查密钥是否完整。
remedy-session-totp-wrong = 请输入当前显示的验证码。每个验证码只能用一次，刚登录过请等待下一个。
remedy-forbidden = 该账号的角色或该 API 密钥的权限不允许此操作，请联系安全管理员，或换用其他账号。
remedy-import-mapping-name_missing = 请用 --map 指定，例如 --map 2=name
remedy-import-mapping-field_unknown = 字段名见上方各列，或由 GET /api/v1/fields 列出。
remedy-import-mapping-duplicate = 请舍弃其中一列：--map 列=ignore
remedy-import-state = 请在页面查看该导入，或重新上传文件。
remedy-file-unknown_encoding = 可用的编码有 utf-8、gb18030、big5、utf-16le、windows-1252、shift_jis 等。
remedy-request-too_large = 文件最大 { $max } 字节，请拆分。
remedy-file-sheet_not_found = 请检查 --sheet。
remedy-file-header_row_missing = 请检查 --header-row。
remedy-field-unknown = 字段名由 GET /api/v1/fields 列出。

progress-uploading = 正在上传
progress-importing = 正在导入，已读取 { $rows } 行
progress-receiving = 正在接收
progress-line = { $what }：{ $amount }
transfer-exists = { $path } 已存在。请换一个文件名，或用 --force 覆盖。
transfer-cut = 文件尚未接收完整，连接就已结束（{ $reason }）。未保留任何内容，请重试。
transfer-stopped = 已停止，未保留任何内容。
export-choice-unknown = 没有选项“{ $code }”。可用的有：{ $codes }。

import-no-file = 请指定要导入的文件。
import-id-malformed = { $id } 不是导入的编号。
import-column-unknown = 文件中没有“{ $column }”这一列。现有各列：{ $columns }。
import-detected-text = CSV，{ $encoding }，分隔符：{ $delimiter }；{ $headers }；来源系统：{ $preset }
import-detected-workbook = XLSX，工作表 { $sheet }；{ $headers }；来源系统：{ $preset }
import-headers-row = 标题在第 { $row } 行
import-headers-none = 没有标题行
import-warning = 注意：{ $text }
import-warning-rows = 注意：{ $text }（{ $rows } 行）
import-column = { "  " }{ $number } { $column } → { $field }（{ $name }）
import-column-left-out = { "  " }{ $number } { $column } → 不导入
import-preview = 前 { $rows } 行：新建 { $create }，合并 { $update }，跳过 { $skip }，拒绝 { $reject }。未写入任何数据。
import-preview-row = 第 { $row } 行 · { $outcome } · { $values }
import-preview-note = { "  " }{ $severity }{ $field }：{ $reason }
import-equation = 读取 { $read } = 新建 { $created } + 合并 { $updated } + 跳过 { $skipped } + 拒绝 { $rejected }
import-rejected-file = 未导入的行及原因：{ $path }
import-stopped-early = 已停止，未导入任何数据。
import-stopped = 已停止，已导入的客户保留。继续导入：
    { $command }
import-interrupted = 服务曾中断。不会重复写入，继续导入：{ $command }
import-lost = 服务器可能仍在继续导入。等待结果或继续导入：
    { $command }
import-failed = 导入失败：{ $reason }

## 见证

witness-no-log = 请用 --log 指定至少一份日志：即其审计页面上显示的公钥。
witness-ready = 见证服务已就绪，接收检查点的地址：{ $url }/add-checkpoint
witness-key = 见证公钥，请填入守客的日志见证设置：{ $key }

## 日志年度与自动审计

audit-findings-none = 没有发现问题。
log-years-none = 日志还没有已结束的年度。
log-year = { $year } 年：{ $entries } 条记录，{ $state }
log-state-sealed = 已封存
log-state-archived = 已封存并归档
log-state-removed = 已归档并移除
log-nothing = 没有需要归档的年度。
log-archived = { $year } 年已归档并通过校验：{ $path }
log-archive-holds = { $year } 年此前已归档，校验无误：{ $path }
log-removed = { $year } 年：已移除 { $entries } 条记录。哈希仍保留，日志照常可以校验。
log-not-sealed = { $year } 年尚未封存或已移除：年度结束后才会封存。
log-not-signed = { $year } 年封存之后还没有已签名的检查点，请稍后重试。
log-removed-already = { $year } 年的记录已移除。
log-too-early = { $year } 年的记录尚未到保留期限，请在审计日志的“年度”页查看保留期限。
log-older-left = { $year } 年之前还有未移除的年度，请先移除更早的年度。
log-archive-wrong = { $path } 不是 { $year } 年完整且未经改动的归档：{ $reason }
