### Words of mails. `mail-<template>-subject` and `mail-<template>-body`; links stand on a line of their own.

mail-foot = Sent by Custos. Please do not reply.
mail-test-subject = Custos test message
mail-test-body =
    The mail settings work.

    The address of the system:
    { $link }
mail-invitation-subject = Your Custos account is ready
mail-invitation-body =
    Hello { $name },

    { $organisation } has made a Custos account for you. Your login name: { $login }

    Open this link within { $hours } hours to sign in for the first time. It works once:
    { $link }

    If you did not expect this, please ignore this message.
mail-reset-subject = Reset your Custos password
mail-reset-body =
    Hello { $name },

    Somebody asked to reset your password. Open this link within { $minutes } minutes to set a new one. It works once:
    { $link }

    If it was not you, ignore this message and your password stays as it is.
mail-contact-code-subject = Your Custos code for this address
mail-contact-code-body =
    Your code: { $code }

    It is good for { $minutes } minutes. If it was not you, please ignore this message.
mail-sign-in-code-subject = Your Custos sign-in code
mail-sign-in-code-body =
    Your sign-in code: { $code }

    It is good for { $minutes } minutes and works once. Tell it to nobody, not even an administrator.
    If you are not signing in, somebody knows your password: change it now.
mail-password-changed-subject = Your Custos password was changed
mail-password-changed-body =
    Hello { $name },

    Your password was changed on { $at }. All other sessions were ended.

    If it was not you, contact your administrator now.
mail-new-sign-in-subject = Your Custos account was used on a new device
mail-new-sign-in-body =
    Hello { $name },

    Your account signed in on a new device on { $at }:
    Device: { $device }
    Address: { $address }

    If it was not you, end that session and change your password now:
    { $link }
mail-factor-added-subject = A factor was added to your Custos account
mail-factor-added-body =
    Hello { $name },

    A way to prove who you are was added to your account on { $at }.

    If it was not you, contact your administrator now.
mail-review-asked-subject = Please review access
mail-review-asked-body =
    Hello { $name },

    A review of access has started, and you are asked to decide on part of it. You have { $days } days. What nobody decides on by then is withdrawn.

    { $link }
mail-review-reminder-subject = Reminder: please review access
mail-review-reminder-body =
    Hello { $name },

    A review of access ends in { $days } days, and some of your lines are still undecided. What nobody decides on by then is withdrawn.

    { $link }
mail-emergency-begun-subject = { $requester } has started emergency access
mail-emergency-begun-body =
    Hello { $name },

    { $requester } started emergency access on { $at } for { $minutes } minutes and can read customers they otherwise may not see.

    A security administrator can end it at once. Once it has ended, review it: { $link }

mail-finding-assigned-subject = A finding of the audit is yours to look after
mail-finding-assigned-body =
    Hello { $name },

    On { $at } the audit administrator named you to look after a finding.

    What it is, and where to say what was done: { $link }

mail-approval-asked-subject = { $requester } asks for your approval
mail-approval-asked-body =
    Hello { $name },

    { $requester } asked for approval on { $at }. You are among those who can decide.

    What would be done, and why: { $link }

mail-approval-decided-subject = { $state ->
    [approved] Your request was approved
    [refused] Your request was refused
   *[other] Your request has expired
}
mail-approval-decided-body =
    Hello { $name },

    { $state ->
    [approved] Your request for approval was approved on { $at }. It has not been carried out yet: you do that.
    [refused] Your request for approval was refused on { $at }.
   *[other] Your request for approval was not carried out in time and expired on { $at }.
    }

    { $link }

mail-factor-removed-subject = A factor was removed from your Custos account
mail-factor-removed-body =
    Hello { $name },

    A way to prove who you are was removed from your account on { $at }.

    If it was not you, contact your administrator now.
mail-log-checkpoint-subject = Checkpoint of the Custos audit log
mail-log-checkpoint-body =
    Keep this checkpoint. Whoever rewrites the log later is found by it:
    custos-verify FILE --trusted CHECKPOINT

    { $checkpoint }
mail-log-refused-subject = Alarm: the Custos audit log contradicts its checkpoints
mail-log-refused-body =
    { $holder } holds a checkpoint that the audit log does not continue ({ $standing }).
    Somebody changed the log, or put an older copy back. Keep that checkpoint and the database as they are, and
    verify the log:
    { $link }
