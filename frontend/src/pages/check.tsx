export function CheckPage() {
  return <h1>check</h1>;
}
