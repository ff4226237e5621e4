import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { useState } from "react";
import { api, body, done } from "../../api/client";
import type { OwnContact } from "../../api/types";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { Pill } from "../../ui/Pill";
import { useFormProblem } from "../../ui/useFormProblem";
import { useShowProblem } from "../../ui/useProblemText";

type Kind = "mail" | "mobile";

const contactsQuery = queryOptions({
  queryKey: ["contacts"],
  queryFn: () => body(api.GET("/me/contacts")),
});

/** Where one can be reached, each proven by a code. */
export function ContactPanel() {
  const contacts = useQuery(contactsQuery);
  if (contacts.data === undefined) return null;
  const { mail, mobile, mail_available, mobile_available } = contacts.data;
  return (
    <>
      <ContactRow kind="mail" contact={mail ?? null} available={mail_available} />
      <ContactRow kind="mobile" contact={mobile ?? null} available={mobile_available} />
    </>
  );
}

interface RowProps {
  kind: Kind;
  contact: OwnContact | null;
  /** Whether a code can be sent this way. */
  available: boolean;
}

function ContactRow({ kind, contact, available }: RowProps) {
  const t = useT();
  const { modal } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [changing, setChanging] = useState(false);
  const remove = useMutation({
    mutationFn: () => done(api.DELETE("/me/contacts/{kind}", { params: { path: { kind } } })),
    onSuccess: () => queryClient.invalidateQueries(contactsQuery),
    onError: showProblem,
  });
  return (
    <section className="account-choice" aria-label={t(`contact-${kind}`)}>
      <span>{t(`contact-${kind}`)}</span>
      {changing ? (
        <ContactForm kind={kind} onDone={() => setChanging(false)} />
      ) : (
        <span className="row-tools">
          {contact === null ? <span className="absent">{t("contact-none")}</span> : contact.value}{" "}
          {contact !== null && (
            <Pill tone={contact.verified ? "brand" : "caution"}>
              {t(contact.verified ? "contact-proven" : "contact-unproven")}
            </Pill>
          )}
          {available && (
            <Button size="small" onClick={() => setChanging(true)}>
              {t(contact === null ? "contact-set" : "contact-change")}
            </Button>
          )}
          {contact !== null && (
            <Button
              size="small"
              type="text"
              onClick={() =>
                modal.confirm({
                  title: t("contact-remove-title"),
                  content: t("contact-remove-text"),
                  okText: t("contact-remove"),
                  okButtonProps: { danger: true },
                  onOk: () => remove.mutate(),
                })
              }
            >
              {t("contact-remove")}
            </Button>
          )}
        </span>
      )}
    </section>
  );
}

interface Values {
  value: string;
  code: string;
}

/** The address, then the code that was sent there. */
function ContactForm({ kind, onDone }: { kind: Kind; onDone: () => void }) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const params = { path: { kind } };
  const begin = useMutation({
    mutationFn: ({ value }: Values) => done(api.PUT("/me/contacts/{kind}", { params, body: { value } })),
    onError: problem.show,
  });
  const confirm = useMutation({
    mutationFn: ({ code }: Values) =>
      done(api.POST("/me/contacts/{kind}/verification", { params, body: { code } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries(contactsQuery);
      onDone();
    },
    onError: problem.show,
  });
  const sent = begin.isSuccess;
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      requiredMark={false}
      onFinish={(values) => {
        problem.clear();
        if (sent) confirm.mutate(values);
        else begin.mutate(values);
      }}
    >
      <FormAlert problem={problem} />
      <Form.Item
        name="value"
        label={t(`contact-new-${kind}`)}
        rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
      >
        <Input autoFocus disabled={sent} maxLength={254} autoComplete={kind === "mail" ? "email" : "tel"} />
      </Form.Item>
      {sent && (
        <Form.Item
          name="code"
          label={t("contact-code")}
          extra={t("contact-code-note")}
          rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
        >
          <Input autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={12} />
        </Form.Item>
      )}
      <div className="drawer-buttons">
        <Button onClick={onDone}>{t("cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={begin.isPending || confirm.isPending}>
          {t(sent ? "contact-confirm" : "contact-send-code")}
        </Button>
      </div>
    </Form>
  );
}
