### Words of the page of encryption keys.

keys-title = 加密密钥
keys-note = 客户数据由组织密钥加密，组织密钥由根密钥保护。两者都可以在不停工的情况下更换。
keys-rotate = 轮换密钥
keys-rotate-begin = 开始轮换
keys-rotate-text = 系统将启用新版本的组织密钥，并在后台用它重新加密全部数据，期间大家可以照常工作。
keys-rotation-begun = 已开始轮换
keys-running = 正在轮换到版本 { $version }
keys-progress = 已检查 { $done } / { $total } 行
keys-arriving = 新密钥即将启用，随后开始重新加密
keys-checking = 正在确认没有数据遗留在旧密钥下
keys-started = { $at } 开始
keys-finished = { $at } 完成
keys-root = 根密钥
keys-root-made = 自 { $at } 起使用
keys-root-made-unknown = 自系统安装起使用
keys-root-attended = 请在服务器上用 custos keys 命令更换。
keys-root-replace = 更换根密钥
keys-root-replace-title = 更换根密钥？
keys-root-replace-text = 新的根密钥将写入密钥文件。更换后请重新备份密钥文件，旧的备份只能打开旧的数据备份。
keys-root-replaced = 已更换根密钥
keys-home-file = 保存在服务器的密钥文件中
keys-home-passphrase = 保存在服务器的密钥文件中，受口令保护
keys-home-shares = 由多人分持：{ $shares } 份中任意 { $threshold } 份可开启
keys-home-pkcs11 = 由加密机（PKCS#11）保护
keys-home-transit = 由密钥服务（Vault transit）保护
keys-versions = 组织密钥的版本
keys-version = 版本
keys-version-number = 版本 { $number }
keys-suite = 算法套件
keys-suite-aes = AES-256-GCM、SHA-256、Ed25519
keys-suite-sm = SM4-GCM、SM3、SM2（国密）
keys-state = 状态
keys-state-arriving = 即将启用
keys-state-current = 使用中
keys-state-draining = 替换中
keys-state-retired = 已停用
keys-rotation = 轮换
keys-from-the-start = 自始使用
keys-retired-note = 已停用的版本只用于查看审计日志中的事由，日志内容无法重新加密。

# 命令行中的密钥操作，以及封存中的服务器。
