# 解封服务器，以及命令行中有关密钥的文字。

keys-goes-on = 有一次未完成的轮换，现在继续。
keys-shares-impossible = 开启所需份数至少为 2，且总份数不能少于所需份数。
keys-shares-once = 以上密钥份额只显示这一次。请分别交给不同的人；服务器启动后处于封存状态，收齐所需份额才能开启。
keys-passphrase-new = 请用 --new-passphrase-file 指定新口令，或输入两遍。
unseal-title = 服务器已封存
unseal-text = 根密钥由多人分持。收齐所需份额之前，任何数据都无法打开。
unseal-share = 您的密钥份额
unseal-give = 提交份额
unseal-count = 已收到 { $given } 份，共需 { $needed } 份
unseal-taken = 已收到您的份额。
unseal-known = 这一份已经提交过。
unseal-refused = 这不是本服务器密钥的份额，请检查是否输错。
unseal-wrong = 这些份额无法开启密钥，已全部作废，请重新提交。
unseal-done = 服务器已解封
unseal-opened = 密钥份额已收齐，服务器正在启动，稍候即可登录。
unseal-go-on = 前往登录
