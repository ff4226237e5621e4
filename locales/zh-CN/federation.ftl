### Words of identity providers, of signing in by them and of provisioning.

error-federation-attempt-invalid = 本次登录已失效，或不是在此浏览器中发起的，请重新登录。
error-federation-refused = 此账号不能登录，请联系管理员。
error-federation-not_linked = 尚未与本系统的账号关联。请用其他方式登录后在“我的账号”中关联，或联系管理员。
error-federation-unreachable = 无法连接身份提供方，请稍后再试。
error-federation-answer_invalid = 身份提供方返回的信息无效，请重新登录；如仍有问题请联系管理员。
error-federation-cancelled = 已在身份提供方取消登录，或登录被拒绝。
error-federation-unsupported = 此类身份提供方不支持该操作。
error-federation-linked_already = 已关联到其他账号。
error-provider-too_many = 最多可添加 { $max } 个身份提供方。
error-provider-config-invalid = 填写有误。
error-provider-config-url = 请填写以 https:// 开头的地址。
error-provider-secret-required = 请填写密钥。
error-provider-mappings-too_many = 行数过多。
error-provider-mappings-group = 每一行都要填写用户组。
error-provider-mappings-privileged = 须先允许该身份提供方授予管理员角色。
error-provider-mappings-scope_without_role = 数据范围选“全部”时须同时选择角色。
action-identity_provider-list = 查看身份提供方列表
action-identity_provider-read = 查看身份提供方
action-identity_provider-create = 新建身份提供方
action-identity_provider-update = 修改身份提供方
action-identity_provider-delete = 删除身份提供方
action-identity_provider-grant = 核准用户组授权
action-session-federate = 收到身份提供方的登录结果
action-session-provider_logout = 身份提供方结束登录
action-user-connect = 变更身份提供方关联
resource-identity_provider = 身份提供方
