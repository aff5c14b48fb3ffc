// Where the pictures of a member are.

export const thumb = (member) => `/app/static/thumb/${member.photo}.webp`;
export const crop = (member) => `/app/static/crop/${member.object}.webp`;
export const photo = (member, side = 1280) => `/app/static/photo/${member.photo}/${side}.webp`;
