# docker build --tag sopctl .
# docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work" sopctl lint

FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY sopctl sopctl
COPY templates templates
COPY site/home site/home
COPY site/theme site/theme
RUN python -m venv --without-pip /opt/sopctl \
 && python -m pip --python /opt/sopctl/bin/python install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim
# the mounted folder belongs to somebody else; whoever runs the image has chosen it
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && git config --system --add safe.directory '*' \
 && useradd --create-home sopctl
COPY --from=build /opt/sopctl /opt/sopctl
ENV PATH="/opt/sopctl/bin:$PATH" PYTHONUTF8=1
USER sopctl
WORKDIR /work
ENTRYPOINT ["sopctl"]
CMD ["--help"]
