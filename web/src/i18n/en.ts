import antd from "antd/locale/en_US";
import access from "../../../locales/en/access.ftl?raw";
import account from "../../../locales/en/account.ftl?raw";
import admin from "../../../locales/en/admin.ftl?raw";
import app from "../../../locales/en/app.ftl?raw";
import approvals from "../../../locales/en/approvals.ftl?raw";
import audit from "../../../locales/en/audit.ftl?raw";
import customers from "../../../locales/en/customers.ftl?raw";
import emergency from "../../../locales/en/emergency.ftl?raw";
import errors from "../../../locales/en/errors.ftl?raw";
import federation from "../../../locales/en/federation.ftl?raw";
import fields from "../../../locales/en/fields.ftl?raw";
import findings from "../../../locales/en/findings.ftl?raw";
import imports from "../../../locales/en/imports.ftl?raw";
import keys from "../../../locales/en/keys.ftl?raw";
import objects from "../../../locales/en/objects.ftl?raw";
import outbox from "../../../locales/en/outbox.ftl?raw";
import records from "../../../locales/en/records.ftl?raw";
import reviews from "../../../locales/en/reviews.ftl?raw";
import security from "../../../locales/en/security.ftl?raw";
import session from "../../../locales/en/session.ftl?raw";
import setup from "../../../locales/en/setup.ftl?raw";
import unused from "../../../locales/en/unused.ftl?raw";
import witnesses from "../../../locales/en/witnesses.ftl?raw";

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
