// The page that every other project ships, over the plain wire: a recorder, a socket, and nothing that watches either.
globalThis.publishPlainly = ({ url, source, mimeType, timesliceMs }) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url);
  const recorder = new MediaRecorder(source, { mimeType, videoKeyFrameIntervalDuration: 2000 });
  recorder.ondataavailable = ({ data }) => socket.send(data);
  socket.onerror = () => reject(new Error('the socket failed'));
  socket.onopen = () => {
    recorder.start(timesliceMs);
    resolve({
      stop: () => new Promise((done) => {
        socket.onclose = done;
        recorder.onstop = () => socket.close();
        recorder.stop();
      }),
    });
  };
});
