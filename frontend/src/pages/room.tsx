export function RoomPage() {
  return <h1>room</h1>;
}
