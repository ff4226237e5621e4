### Words of one's own account.

account-title = 个人设置
account-organisation = 组织
account-session-until = 本次登录有效至
account-display = 语言与外观
account-display-note = 语言随账号保存，外观仅对此浏览器生效。
password-change = 修改密码
password-set = 设置密码
password-set-note = 您通过链接登录，设置密码后即可使用密码登录。
password-current = 当前密码
password-new = 新密码
password-again = 再次输入新密码
password-unequal = 两次输入不一致
password-changed = 密码已修改
