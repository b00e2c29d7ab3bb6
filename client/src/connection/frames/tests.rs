use proptest::prelude::*;

use super::*;

fn framed(contents: &[Vec<u8>]) -> Vec<u8> {
    let frame = |c: &Vec<u8>| [&(c.len() as i32).to_be_bytes()[..], c].concat();
    contents.iter().flat_map(frame).collect()
}

proptest! {
    /// However the stream is cut, the frames come out as they went in.
    #[test]
    fn frames_come_out_as_they_went_in(
        contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 4..300), 0..9),
        cuts in proptest::collection::vec(1_usize..400, 1..40),
    ) {
        let stream = framed(&contents);
        let mut script = Cut { stream, at: 0, cuts, reads: 0 };
        let mut frames = Frames::new(300);
        let mut seen = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            while frames.fill(&mut script).await.unwrap() {
                while let Some(frame) = frames.next().unwrap() {
                    seen.push(frame.to_vec());
                }
            }
        });
        prop_assert_eq!(seen, contents);
    }
}

#[tokio::test]
async fn a_long_frame_lands_in_one_piece() {
    let contents = vec![vec![1; 10], vec![2; 3 * READ_AT_ONCE], vec![3; 10]];
    let stream = framed(&contents);
    let mut frames = Frames::new(stream.len());
    let (mut seen, mut reads, mut from) = (Vec::new(), 0, &stream[..]);
    while frames.fill(&mut from).await.unwrap() {
        reads += 1;
        while let Some(frame) = frames.next().unwrap() {
            seen.push(frame.to_vec());
        }
    }
    assert_eq!(seen, contents);
    assert_eq!(
        reads, 3,
        "what is there, the rest of the long one, the last"
    );
}

#[tokio::test]
async fn an_end_inside_a_frame_is_no_end() {
    let stream = framed(&[vec![1; 10]]);
    for cut in 1..stream.len() {
        let (mut frames, mut from) = (Frames::new(100), &stream[..cut]);
        assert!(frames.fill(&mut from).await.unwrap());
        assert!(frames.next().unwrap().is_none());
        let ended = frames.fill(&mut from).await.unwrap_err();
        assert!(
            matches!(ended, Broken::Truncated { got, .. } if got == cut),
            "{ended}"
        );
    }
}

#[tokio::test]
async fn lengths_that_cant_be_are_refused() {
    for length in [i32::MIN, -1, 0, 3, 101, i32::MAX] {
        let bytes = length.to_be_bytes();
        let mut frames = Frames::new(100);
        assert!(frames.fill(&mut &bytes[..]).await.unwrap());
        assert!(
            matches!(frames.next(), Err(Broken::Length { length: l, limit: 100 }) if l == length)
        );
        assert!(
            frames.buffer.capacity() <= 2 * READ_AT_ONCE,
            "memory was taken for it"
        );
    }
}

/// A stream that gives out this many bytes a read.
struct Cut {
    stream: Vec<u8>,
    at: usize,
    cuts: Vec<usize>,
    reads: usize,
}

impl AsyncRead for Cut {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        into: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        let cut = self.cuts[self.reads % self.cuts.len()];
        let end = (self.at + cut.min(into.remaining())).min(self.stream.len());
        into.put_slice(&self.stream[self.at..end]);
        self.at = end;
        self.reads += 1;
        std::task::Poll::Ready(Ok(()))
    }
}
