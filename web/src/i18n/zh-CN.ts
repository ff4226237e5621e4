import antd from "antd/locale/zh_CN";
import "dayjs/locale/zh-cn";
import access from "../../../locales/zh-CN/access.ftl?raw";
import account from "../../../locales/zh-CN/account.ftl?raw";
import admin from "../../../locales/zh-CN/admin.ftl?raw";
import app from "../../../locales/zh-CN/app.ftl?raw";
import approvals from "../../../locales/zh-CN/approvals.ftl?raw";
import audit from "../../../locales/zh-CN/audit.ftl?raw";
import customers from "../../../locales/zh-CN/customers.ftl?raw";
import emergency from "../../../locales/zh-CN/emergency.ftl?raw";
import errors from "../../../locales/zh-CN/errors.ftl?raw";
import federation from "../../../locales/zh-CN/federation.ftl?raw";
import fields from "../../../locales/zh-CN/fields.ftl?raw";
import findings from "../../../locales/zh-CN/findings.ftl?raw";
import imports from "../../../locales/zh-CN/imports.ftl?raw";
import keys from "../../../locales/zh-CN/keys.ftl?raw";
import objects from "../../../locales/zh-CN/objects.ftl?raw";
import outbox from "../../../locales/zh-CN/outbox.ftl?raw";
import records from "../../../locales/zh-CN/records.ftl?raw";
import reviews from "../../../locales/zh-CN/reviews.ftl?raw";
import security from "../../../locales/zh-CN/security.ftl?raw";
import session from "../../../locales/zh-CN/session.ftl?raw";
import setup from "../../../locales/zh-CN/setup.ftl?raw";
import unused from "../../../locales/zh-CN/unused.ftl?raw";
import witnesses from "../../../locales/zh-CN/witnesses.ftl?raw";

export const resources = [
  access,
  account,
  admin,
  app,
  approvals,
  audit,
  customers,
  emergency,
  errors,
  federation,
  fields,
  findings,
  imports,
  keys,
  objects,
  outbox,
  records,
  reviews,
  security,
  session,
  setup,
  unused,
  witnesses,
];
export { antd };
