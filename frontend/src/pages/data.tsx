export function DataPage() {
  return <h1>data</h1>;
}
