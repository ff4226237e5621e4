### Words of mails. `mail-<template>-subject` and `mail-<template>-body`; links stand on a line of their own.

mail-foot = 此邮件由守客自动发出，请勿回复。
mail-test-subject = 守客测试邮件
mail-test-body =
    发信设置可以使用。

    系统地址：
    { $link }
mail-invitation-subject = 您的守客账号已开通
mail-invitation-body =
    { $name }，您好：

    { $organisation }为您开通了守客账号，登录名：{ $login }

    请在 { $hours } 小时内打开以下链接完成首次登录，链接只能使用一次：
    { $link }

    如果您并不知情，请忽略此邮件。
mail-reset-subject = 重置您的守客密码
mail-reset-body =
    { $name }，您好：

    我们收到了重置您密码的请求。请在 { $minutes } 分钟内打开以下链接设置新密码，链接只能使用一次：
    { $link }

    如果不是您本人操作，请忽略此邮件，您的密码不会改变。
mail-contact-code-subject = 守客邮箱验证码
mail-contact-code-body =
    您的验证码：{ $code }

    { $minutes } 分钟内有效。如果不是您本人操作，请忽略此邮件。
mail-sign-in-code-subject = 守客登录验证码
mail-sign-in-code-body =
    您的登录验证码：{ $code }

    { $minutes } 分钟内有效，只能使用一次。请勿告诉任何人，包括管理员。
    如果您没有登录，说明有人知道了您的密码，请立即修改密码。
mail-password-changed-subject = 您的守客密码已修改
mail-password-changed-body =
    { $name }，您好：

    您的密码于 { $at } 修改，其他登录均已结束。

    如果不是您本人操作，请立即联系管理员。
mail-new-sign-in-subject = 您的守客账号在新设备上登录
mail-new-sign-in-body =
    { $name }，您好：

    您的账号于 { $at } 在新设备上登录：
    设备：{ $device }
    地址：{ $address }

    如果不是您本人操作，请立即结束该设备的登录并修改密码：
    { $link }
mail-factor-added-subject = 您的守客账号添加了验证方式
mail-factor-added-body =
    { $name }，您好：

    您的账号于 { $at } 添加了一种验证方式。

    如果不是您本人操作，请立即联系管理员。
mail-review-asked-subject = 请完成权限复核
mail-review-asked-body =
    { $name }，您好：

    新一轮权限复核已开始，部分条目需要您处理，请在 { $days } 天内完成。到期未处理的权限将自动收回。

    { $link }
mail-review-reminder-subject = 提醒：请完成权限复核
mail-review-reminder-body =
    { $name }，您好：

    权限复核将于 { $days } 天后截止，您还有条目未处理。到期未处理的权限将自动收回。

    { $link }
mail-emergency-begun-subject = { $requester } 开始了紧急访问
mail-emergency-begun-body =
    { $name }，您好：

    { $requester } 于 { $at } 开始紧急访问，时长 { $minutes } 分钟，期间可查看平时无权查看的客户资料。

    如有异常，安全管理员可立即结束该访问。结束后请复核：{ $link }

mail-finding-assigned-subject = 有一项审计问题由您负责整改
mail-finding-assigned-body =
    { $name }，您好：

    审计管理员于 { $at } 指定您负责整改一项审计问题。

    查看问题、填写整改情况：{ $link }

mail-approval-asked-subject = { $requester } 的申请等待您审批
mail-approval-asked-body =
    { $name }，您好：

    { $requester } 于 { $at } 提交了一项审批申请，您是审批人之一。

    查看内容与理由：{ $link }

mail-approval-decided-subject = { $state ->
    [approved] 您的申请已批准
    [refused] 您的申请被拒绝
   *[other] 您的申请已过期
}
mail-approval-decided-body =
    { $name }，您好：

    { $state ->
    [approved] 您的审批申请已于 { $at } 获得批准，尚未执行，请您自行执行。
    [refused] 您的审批申请已于 { $at } 被拒绝。
   *[other] 您的审批申请未在期限内执行，已于 { $at } 过期。
    }

    { $link }

mail-factor-removed-subject = 您的守客账号移除了验证方式
mail-factor-removed-body =
    { $name }，您好：

    您的账号于 { $at } 移除了一种验证方式。

    如果不是您本人操作，请立即联系管理员。
mail-log-checkpoint-subject = 守客审计日志检查点
mail-log-checkpoint-body =
    请妥善保存此检查点。日志日后若被改写，可凭它查出：
    custos-verify 文件 --trusted 检查点

    { $checkpoint }
mail-log-refused-subject = 告警：守客审计日志与检查点不符
mail-log-refused-body =
    { $holder } 留存的检查点与当前审计日志不衔接（{ $standing }）。
    日志可能被改写，或被换回旧副本。请原样保留该检查点和数据库，并校验日志：
    { $link }
