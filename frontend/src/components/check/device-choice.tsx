import type { Devices } from "../../hooks/use-devices";

/** Which camera and which microphone; shown once the browser names more than one. */
export function DeviceSelects({ devices, camera }: { devices: Devices; camera: boolean }) {
  const lists = [
    { name: "Camera", key: "camera" as const, all: camera ? devices.cameras : [] },
    { name: "Microphone", key: "microphone" as const, all: devices.microphones },
  ].filter((list) => list.all.length > 1);
  if (lists.length === 0) return null;
  return (
    <div className="selects">
      {lists.map((list) => (
        <div className="field" key={list.key}>
          <label htmlFor={`device-${list.key}`}>{list.name}</label>
          <select
            id={`device-${list.key}`}
            className="input"
            value={devices.choice[list.key] ?? ""}
            onChange={(event) => devices.choose({ [list.key]: event.target.value || null })}
          >
            <option value="">The usual one</option>
            {list.all.map((device) => (
              <option key={device.deviceId} value={device.deviceId}>
                {device.label || "Unnamed device"}
              </option>
            ))}
          </select>
        </div>
      ))}
    </div>
  );
}
