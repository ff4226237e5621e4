import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Mentions } from "antd";
import { useState } from "react";
import { ask } from "../../../api/records";
import { useT } from "../../../i18n/useT";
import { useProblemText } from "../../../ui/useProblemText";
import { directoryQuery } from "../../customers/customers";
import { timelineQuery } from "../records";
import type { Entity, ObjectInfo } from "../types";

const LIMIT = 4000;

/** Says something about a record to whoever sees it; "@" calls a colleague. Ctrl Enter sends it. */
export function CommentForm({ object, record }: { object: ObjectInfo; record: Entity }) {
  const t = useT();
  const text = useProblemText();
  const queryClient = useQueryClient();
  const [content, setContent] = useState("");
  const people = useQuery(directoryQuery).data?.items ?? [];
  const add = useMutation({
    mutationFn: () =>
      ask("POST", `/${object.path}/${record.id}/activities`, {
        body: { kind: "comment", content: content.trim() },
      }),
    onSuccess: async () => {
      setContent("");
      await queryClient.invalidateQueries({ queryKey: timelineQuery(object.path, record.id).queryKey });
    },
  });
  const empty = content.trim() === "";
  const send = () => {
    if (!empty && !add.isPending) add.mutate();
  };
  return (
    <form
      className="comment-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {add.isError && <Alert type="error" showIcon className="form-alert" title={text.of(add.error)} />}
      <Mentions
        aria-label={t("comment-content")}
        placeholder={t("comment-placeholder")}
        rows={2}
        className="grows"
        maxLength={LIMIT}
        value={content}
        options={people.map(({ id, name }) => ({ key: id, value: name, label: name }))}
        onChange={setContent}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
      />
      <div className="comment-foot">
        <Button
          type="primary"
          htmlType="submit"
          disabled={empty}
          loading={add.isPending}
          title={t("follow-up-keys")}
        >
          {t("comment-add")}
        </Button>
      </div>
    </form>
  );
}
