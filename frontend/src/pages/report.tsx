export function ReportPage() {
  return <h1>report</h1>;
}
