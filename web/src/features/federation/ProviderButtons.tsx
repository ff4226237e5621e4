import { LoginOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { api, body } from "../../api/client";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";
import { LEADING, signInProvidersQuery } from "./federation";
import "./federation.css";

/** The ways to sign in by the organisation's identity providers; nothing where there are none. */
export function ProviderButtons({ back }: { back: string | undefined }) {
  const t = useT();
  const text = useProblemText();
  const providers = useQuery(signInProvidersQuery);
  const go = useMutation({
    mutationFn: (id: string) =>
      body(api.POST("/session/federation", { body: { provider_id: id, return_to: back ?? "/" } })),
    onSuccess: ({ redirect }) => window.location.assign(redirect),
  });
  const leading = (providers.data?.items ?? []).filter(({ kind }) => LEADING.has(kind));
  if (leading.length === 0) return null;
  return (
    <div className="provider-buttons">
      <span className="provider-or">{t("provider-or")}</span>
      {go.isError && <Alert type="error" showIcon title={text.of(go.error)} />}
      {leading.map(({ id, name }) => (
        <Button
          key={id}
          size="large"
          block
          icon={<LoginOutlined aria-hidden />}
          loading={go.isPending && go.variables === id}
          onClick={() => go.mutate(id)}
        >
          {t("provider-sign-in", { name })}
        </Button>
      ))}
    </div>
  );
}
