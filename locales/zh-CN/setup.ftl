### Words of the first setup.

setup-title = 初始化 Custos
setup-note = 只需一次：建立组织、三位管理员和第一位销售主管。
setup-steps = 初始化步骤
setup-step-organisation = 组织
setup-step-accounts = 账号
setup-step-review = 确认
setup-code = 初始化码
setup-code-hint = 服务启动时显示在终端中。
setup-organisation = 组织名称
setup-separation = 三员分立：系统、安全、审计三类管理权限由三个人分别持有，任何人都不能兼任，也看不到客户数据。
setup-login-twice = 登录名不能重复
setup-create = 完成初始化
setup-done = 初始化完成
setup-done-note = 各账号首次登录时需设置两步验证。
setup-to-sign-in = 去登录
