import { Form, Input } from "antd";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";

/** How a secret is asked for that is made as it is asked for: once, and it must not outlive what shows it. */
export const MADE_ONCE = {
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
  retry: false,
  refetchOnReconnect: false,
} as const;

/** A picture the server drew, as an address the page's policy allows. */
function pictureAddress(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

/** The secret in groups of four, as authenticator apps show it. */
function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}

interface Secret {
  secret: string;
  qr_svg: string;
  otpauth_uri: string;
}

/** The secret of an authenticator app to be set up: as a picture, to type, and as a link. */
export function AuthenticatorSecret({ secret: { secret, qr_svg, otpauth_uri } }: { secret: Secret }) {
  const t = useT();
  return (
    <div className="qr">
      <img src={pictureAddress(qr_svg)} alt={t("enrol-picture")} />
      <div>
        <p className="soft">{t("enrol-manual")}</p>
        <code>{grouped(secret)}</code>
        <CopyButton text={secret} />
        <p>
          <a href={otpauth_uri}>{t("enrol-open-app")}</a>
        </p>
      </div>
    </div>
  );
}

/** The first code of the app, which proves that it has the secret. */
export function FirstCode() {
  const t = useT();
  return (
    <Form.Item
      name="code"
      label={t("totp-code")}
      className="one-time"
      rules={[{ required: true, message: t("hint-required") }]}
    >
      <Input size="large" autoComplete="one-time-code" inputMode="numeric" maxLength={7} />
    </Form.Item>
  );
}
