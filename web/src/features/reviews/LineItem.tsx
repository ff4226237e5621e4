import { CheckOutlined, CloseOutlined, UndoOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useState } from "react";
import type { AccessReviewLine } from "../../api/types";
import { useT } from "../../i18n/useT";
import { Pill } from "../../ui/Pill";
import type { Deciding } from "./reviews";
import { useGrantWords } from "./useGrantWords";

const NOTE = 200;

interface Props {
  line: AccessReviewLine;
  busy: boolean;
  onDecide: (decisions: Deciding[]) => void;
}

/** One grant: what it is, when it was used, what is suggested, and the decision. */
export function LineItem({ line, busy, onDecide }: Props) {
  const t = useT();
  const words = useGrantWords();
  const [note, setNote] = useState("");
  const [noting, setNoting] = useState(false);
  const what = words.grant(line);
  const until = words.until(line);
  const { decision, suggestion } = line;
  const tell = (verdict: "keep" | "withdraw" | null) => onDecide([{ line: line.id, verdict, note }]);
  return (
    <li className="reviews-line">
      <div className="reviews-what">
        <span>
          {what} <span className="soft">{t(`reviews-kind-${line.grant.kind}`)}</span>
        </span>
        <span className="soft reviews-small">
          {words.use(line)}
          {until !== null && ` · ${until}`}
        </span>
        <span className="reviews-small">
          <Pill tone={suggestion === "withdraw" ? "caution" : "quiet"}>
            {t(`reviews-suggest-${suggestion}`)}
          </Pill>{" "}
          {t(`reviews-reason-${line.reason}`)}
        </span>
        {decision != null && decision.note !== "" && (
          <span className="reviews-small reviews-note">{decision.note}</span>
        )}
      </div>
      {decision != null ? (
        <div className="reviews-actions">
          <Pill tone={decision.verdict === "keep" ? "brand" : "danger"}>
            {t(`reviews-verdict-${decision.verdict}`)}
          </Pill>
          {line.mine && (
            <Button
              size="small"
              type="text"
              icon={<UndoOutlined aria-hidden />}
              disabled={busy}
              aria-label={t("reviews-undo-named", { name: line.subject.name, what })}
              onClick={() => tell(null)}
            >
              {t("reviews-undo")}
            </Button>
          )}
        </div>
      ) : (
        line.mine && (
          <div className="reviews-actions">
            <Button size="small" type="link" onClick={() => setNoting(!noting)} aria-expanded={noting}>
              {t("reviews-add-note")}
            </Button>
            <Button
              size="small"
              icon={<CheckOutlined aria-hidden />}
              disabled={busy}
              aria-label={t("reviews-keep-named", { name: line.subject.name, what })}
              onClick={() => tell("keep")}
            >
              {t("reviews-verdict-keep")}
            </Button>
            <Button
              size="small"
              danger
              icon={<CloseOutlined aria-hidden />}
              disabled={busy}
              aria-label={t("reviews-withdraw-named", { name: line.subject.name, what })}
              onClick={() => tell("withdraw")}
            >
              {t("reviews-verdict-withdraw")}
            </Button>
          </div>
        )
      )}
      {noting && decision == null && (
        <Input
          className="reviews-note-input"
          aria-label={t("reviews-note-label")}
          placeholder={t("reviews-note-label")}
          maxLength={NOTE}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      )}
    </li>
  );
}
