import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { useEffect, useState } from "react";
import { api, body } from "../../api/client";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";
import { PublicFrame } from "./PublicFrame";
import { SecondFactor } from "./SecondFactor";

/** The token after the "#", which browsers send to no server. */
function tokenOfAddress(): string {
  return decodeURIComponent(window.location.hash.slice(1));
}

/** The page a one-time sign-in link leads to. */
export function LinkPage() {
  const t = useT();
  const text = useProblemText();
  const navigate = useNavigate();
  const [token] = useState(tokenOfAddress);
  const use = useMutation({ mutationFn: () => body(api.POST("/session/link", { body: { token } })) });

  // The link works once: it must not stay in the address bar or the history.
  useEffect(() => window.history.replaceState(window.history.state, "", "/link"), []);

  if (use.data !== undefined) {
    return (
      <SecondFactor first={use.data} back={undefined} onRestart={() => void navigate({ to: "/sign-in" })} />
    );
  }
  return (
    <PublicFrame title={t("link-title")} note={token === "" ? undefined : t("link-note")}>
      {token === "" && <Alert type="warning" showIcon title={t("link-empty")} />}
      {use.isError && <Alert type="error" showIcon title={text.of(use.error)} />}
      {token !== "" && (
        // Used on a click, not on arrival: programs that open links to check them must not use it up.
        <Button
          type="primary"
          size="large"
          block
          className="public-form"
          loading={use.isPending}
          disabled={use.isError}
          onClick={() => use.mutate()}
        >
          {t("link-use")}
        </Button>
      )}
      <div className="public-links">
        <Link to="/sign-in">{t("link-to-sign-in")}</Link>
      </div>
    </PublicFrame>
  );
}
