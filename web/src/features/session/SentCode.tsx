import { useMutation } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useEffect, useState } from "react";
import { toApiError } from "../../api/problem";
import type { CodeSent, ContactKind } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";
import { CodeForm } from "./CodeForm";

/** The ways of sending among the ways of proving. */
export function sendingWays(methods: readonly string[]): ContactKind[] {
  const ways: [string, ContactKind][] = [
    ["mail_code", "mail"],
    ["sms_code", "mobile"],
  ];
  return ways.filter(([method]) => methods.includes(method)).map(([, kind]) => kind);
}

interface Props<T> {
  ways: ContactKind[];
  send: (kind: ContactKind) => Promise<CodeSent>;
  check: (code: string) => Promise<T>;
  onProven: (answer: T) => void;
  onRefused?: (error: unknown) => void;
}

/** Sends a code by mail or text message, and asks for it. */
export function SentCode<T>({ ways, send, check, onProven, onRefused }: Props<T>) {
  const t = useT();
  const text = useProblemText();
  const pause = useCountdown();
  const sending = useMutation({
    mutationFn: send,
    onSuccess: ({ again_seconds }) => pause.start(again_seconds),
    onError: (error) => {
      const { code, params } = toApiError(error);
      if (code === "session.throttled") pause.start(Number(params.seconds));
      onRefused?.(error);
    },
  });
  const sent = sending.data;
  return (
    <div className="sent-code">
      {sending.isError && (
        <Alert type="error" showIcon className="form-alert" title={text.of(sending.error)} />
      )}
      {sent !== undefined && (
        <>
          <p role="status">{t("sent-code-to", { to: sent.sent_to, minutes: sent.minutes })}</p>
          <CodeForm kind="digits" check={check} onProven={onProven} onRefused={onRefused} />
        </>
      )}
      {ways.map((kind, at) => (
        <Button
          key={kind}
          size="large"
          block
          type={sent === undefined && at === 0 ? "primary" : "default"}
          loading={sending.isPending && sending.variables === kind}
          disabled={pause.seconds > 0}
          onClick={() => sending.mutate(kind)}
        >
          {pause.seconds > 0
            ? t("sent-code-wait", { seconds: pause.seconds })
            : t(sent === undefined ? `sent-code-${kind}` : `sent-code-again-${kind}`)}
        </Button>
      ))}
    </div>
  );
}

/** Seconds that run down to nought. */
function useCountdown(): { seconds: number; start: (seconds: number) => void } {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (seconds === 0) return;
    const timer = window.setTimeout(() => setSeconds(seconds - 1), 1000);
    return () => window.clearTimeout(timer);
  }, [seconds]);
  return { seconds, start: setSeconds };
}
