FROM scratch
ARG NGINX_VERSION
ENV NGINX_VERSION=$NGINX_VERSION
COPY . /
RUN ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
