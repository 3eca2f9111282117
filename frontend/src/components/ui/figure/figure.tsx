import { useRef } from "react";
import { type Speaking, useFigure } from "../../../hooks/use-figure";
import type { Mood } from "../../../utils/figure";
import "./figure.css";

interface Props {
  mood: Mood;
  speaking?: Speaking | null;
}

/** The stand-in interviewer: cut paper under a lamp, with a mouth that follows the sound. */
export function Figure({ mood, speaking = null }: Props) {
  const root = useRef<SVGSVGElement>(null);
  useFigure(root, mood, speaking);
  return (
    <svg ref={root} className="figure" viewBox="0 0 480 480" aria-hidden="true" focusable="false">
      <defs>
        <radialGradient id="figure-pool" cx="50%" cy="46%" r="50%">
          <stop offset="0" className="figure__glow" stopOpacity="0.5" />
          <stop offset="0.55" className="figure__glow" stopOpacity="0.16" />
          <stop offset="1" className="figure__glow" stopOpacity="0" />
        </radialGradient>
        <clipPath id="figure-head">
          <path d="M240 92c57 0 86 40 86 98 0 71-39 128-86 128s-86-57-86-128c0-58 29-98 86-98z" />
        </clipPath>
        <clipPath id="figure-lips">
          <path data-part="inner" d="M-19 0C-10-1 10-1 19 0C11 1-11 1-19 0Z" />
        </clipPath>
        <linearGradient id="figure-fade" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0.8" stopColor="white" />
          <stop offset="1" stopColor="white" stopOpacity="0" />
        </linearGradient>
        <mask id="figure-frame" maskUnits="userSpaceOnUse" x="0" y="0" width="480" height="480">
          <path fill="url(#figure-fade)" d="M0 0H480V480H0Z" />
        </mask>
      </defs>
      <circle cx="240" cy="230" r="240" fill="url(#figure-pool)" />
      <g mask="url(#figure-frame)">
        <g data-part="body">
          <path className="figure__coat-back" d="M52 500c2-84 42-118 118-132h140c76 14 116 48 118 132z" />
          <path className="figure__coat" d="M64 500c4-78 40-108 110-121l66 34 66-34c70 13 106 43 110 121z" />
          <path className="figure__shirt" d="M186 372l54 118 54-118-54 26z" />
          <path className="figure__lapel" d="M174 379l-14 44 36 10-14 20 58 47-54-128z" />
          <path className="figure__lapel figure__lapel--lit" d="M306 379l14 44-36 10 14 20-58 47 54-128z" />
        </g>
        <g data-part="head">
          <path className="figure__neck" d="M202 286h76v88q-38 42-76 0z" />
          <path className="figure__neck-shade" d="M202 300q40 42 76 0v34q-38 30-76 0z" />
          <path
            className="figure__hair-back"
            d="M240 66c74 0 104 50 100 118-2 34-10 52-16 66H156c-6-14-14-32-16-66-4-68 26-118 100-118z"
          />
          <path className="figure__ear" d="M154 196c-16-6-22 10-17 28 4 15 14 22 22 16z" />
          <path className="figure__ear figure__ear--shade" d="M326 196c16-6 22 10 17 28-4 15-14 22-22 16z" />
          <path
            className="figure__face"
            d="M240 92c57 0 86 40 86 98 0 71-39 128-86 128s-86-57-86-128c0-58 29-98 86-98z"
          />
          <g clipPath="url(#figure-head)">
            <path
              className="figure__face-shade"
              d="M262 80c-22 40 4 62-6 98-5 20 12 28 8 48-3 16-18 20-14 40 4 18 16 24 6 62h90V80z"
            />
          </g>
          <path className="figure__nose" d="M243 182c4 20 18 38 16 47-2 7-14 8-24 5 10-8 10-28 8-52z" />
          <g data-part="brows" className="figure__brows">
            <path d="M182 170c10-9 26-11 38-5" />
            <path d="M260 165c12-6 28-4 38 5" />
          </g>
          <g className="figure__eyes">
            <path className="figure__white" d="M184 194q18-20 37 0-19 14-37 0z" />
            <path className="figure__white figure__white--shade" d="M259 194q19-20 37 0-18 14-37 0z" />
            <g data-part="gaze">
              <circle cx="203" cy="193" r="7.4" />
              <circle cx="277" cy="193" r="7.4" />
            </g>
            <path data-part="lid" className="figure__lid" d="M181 193Q202 172 224 193Q202 178 181 193Z" />
            <path
              data-part="lid"
              className="figure__lid figure__lid--shade"
              d="M256 193Q278 172 299 193Q278 178 256 193Z"
            />
          </g>
          <g transform="translate(241 266)">
            <path data-part="lips" className="figure__lips" d="M-23 0C-12-6 12-6 23 0C14 8-14 8-23 0Z" />
            <path data-part="inner" className="figure__mouth" d="M-19 0C-10-1 10-1 19 0C11 1-11 1-19 0Z" />
            <g clipPath="url(#figure-lips)">
              <path className="figure__teeth" d="M-16-12h32v11q-16 5-32 0z" />
              <ellipse data-part="tongue" className="figure__tongue" cx="0" cy="17" rx="13" ry="7" />
            </g>
          </g>
          <path
            className="figure__hair"
            d="M150 196c-12-76 24-124 88-126 66-2 106 44 92 124-8-30-18-48-30-58-38 10-92 6-118-16-14 14-26 38-32 76z"
          />
          <path className="figure__hair-lit" d="M182 120c14-28 40-42 74-40-28 6-50 22-58 48-6-2-12-5-16-8z" />
        </g>
      </g>
    </svg>
  );
}
