import { useT } from "../../../i18n/useT";
import { AccessFrame, Loaded } from "../AccessFrame";
import { useAccess } from "../draft/useAccess";
import { CompartmentsPanel } from "./CompartmentsPanel";
import { FieldLabelsPanel } from "./FieldLabelsPanel";

/** The organisation's compartments, and the labels of fields. */
export function LabelsPage() {
  const t = useT();
  const access = useAccess();
  return (
    <AccessFrame note={t("access-labels-note")}>
      <Loaded access={access}>
        {(saved, current) => (
          <>
            <CompartmentsPanel access={access} current={current} />
            {saved.objects
              .filter(({ fields }) => fields.length > 0)
              .map((object) => (
                <FieldLabelsPanel key={object.name} object={object} access={access} current={current} />
              ))}
          </>
        )}
      </Loaded>
    </AccessFrame>
  );
}
