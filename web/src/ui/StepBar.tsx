import { CheckOutlined } from "@ant-design/icons";

interface Props {
  label: string;
  titles: string[];
  current: number;
  /** Which steps one may jump to; without it the bar only shows where one is. */
  open?: (step: number) => boolean;
  onChange?: (step: number) => void;
}

/** The steps of a wizard. On a phone only the present one is named. */
export function StepBar({ label, titles, current, open, onChange }: Props) {
  return (
    <ol className="steps" aria-label={label}>
      {titles.map((title, step) => (
        <li
          key={title}
          className={step < current ? "step-done" : undefined}
          aria-current={step === current ? "step" : undefined}
        >
          <button
            type="button"
            disabled={step === current || !(open?.(step) ?? false)}
            onClick={() => onChange?.(step)}
            aria-label={title}
          >
            <span className="step-number">{step < current ? <CheckOutlined aria-hidden /> : step + 1}</span>
            <span>{title}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
